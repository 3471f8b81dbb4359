import { deepStrictEqual, rejects, throws } from "node:assert/strict";
import { Model, type ModelDescription } from "../../../engine/model.ts";
import { numSpikes } from "../../../engine/losses/num_spikes.ts";
import { probSpikes } from "../../../engine/losses/prob_spikes.ts";
import { spikeTime } from "../../../engine/losses/spike_time.ts";
import type { PlanOptions } from "../../../engine/plan/sizes.ts";
import type { Stepper } from "../../../engine/plan/stepper.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { excite, NEURON } from "../networks.ts";
import { smallDevice } from "../device/small_device.ts";

const DESCRIPTION: ModelDescription = {
  input: { C: 2, H: 2, W: 2 },
  layers: [{ dense: 3 }],
  neuron: NEURON,
  Ts: 5,
  random: 1,
};

const OPTIONS: PlanOptions = {
  tSample: 50,
  loss: numSpikes({ region: { start: 0, stop: 50 }, true: 3, false: 1 }),
  batch: 2,
  train: true,
};

async function withPlan(
  test: (stepper: Stepper, model: Model) => Promise<void>,
  options: Partial<PlanOptions> = {},
): Promise<void> {
  using model = await Model.create({ device: device(), ...DESCRIPTION });
  await excite(model);
  using stepper = await model.compile({ ...OPTIONS, ...options });
  await test(stepper, model);
}

/** Samples of so many events each, all in bin 0 at address 0. */
function samplesOf(...lengths: number[]) {
  return {
    samples: lengths.map((length) => new Uint32Array(length)),
    labels: new Uint32Array(lengths.length),
  };
}

gpuTest(
  "a network is refused if a device cannot bind its weights",
  async () => {
    await rejects(
      Model.create({ device: smallDevice(255), ...DESCRIPTION }),
      {
        name: "ShapeError",
        message: /^Cannot fit the network on ".+": .*256 bytes.* at most 255$/,
      },
    );
  },
);

gpuTest("a sample is refused if a device cannot bind it", async () => {
  // Three outputs are a quad, and drives lie 16 rows after potentials.
  using model = await Model.create({
    device: smallDevice(4 * 4 * 66 - 1),
    ...DESCRIPTION,
  });
  await rejects(
    model.compile({ ...OPTIONS, tSample: 250 }),
    {
      name: "ShapeError",
      message: /^Cannot fit .* on ".+": .* 1056 bytes, .* at most 1055; /,
    },
  );
});

gpuTest("spike trains are refused if a device cannot bind them", async () => {
  const description = {
    ...DESCRIPTION,
    ...{ input: { C: 1, H: 1, W: 1 }, layers: [{ dense: 9 }] },
  };
  using model = await Model.create({
    device: smallDevice(300),
    ...description,
  });
  const trains = Array.from({ length: 9 }, () => new Array(9).fill([5]));
  await rejects(model.compile({ ...OPTIONS, loss: spikeTime({ trains }) }), {
    name: "ShapeError",
    message:
      /^Cannot fit the loss on ".+": table "desired" .* 324 bytes, .* 300; /,
  });
});

gpuTest("weights are refused if they are not the network's", async () => {
  await withPlan(async (_, model) => {
    const weights = await model.weights();
    const shape = [3, 2, 2, 2, 1];
    const { data } = weights["fc1.weight"];
    const wrong: [object, RegExp][] = [
      [{}, /^Cannot set the weights: "fc1.weight" is missing$/],
      [
        { ...weights, "fc2.weight": { shape, data } },
        /^Cannot set "fc2.weight": the network has fc1.weight$/,
      ],
      [
        { "fc1.weight": { shape: [4, 2, 3, 1, 1], data } },
        /^Cannot set "fc1.weight": the network has \[3,2,2,2,1\], not \[4,2,3,1,1\]/,
      ],
      [
        { "fc1.weight": { shape, data: data.slice(1) } },
        /^Cannot set "fc1.weight": .* with 23 values$/,
      ],
    ];
    for (const [given, text] of wrong) {
      throws(
        () => model.setWeights(given as typeof weights),
        { name: "ShapeError", message: text },
      );
    }
    deepStrictEqual(await model.weights(), weights);
  });
});

gpuTest("plans are refused whose sizes do not fit one another", async () => {
  using model = await Model.create({ device: device(), ...DESCRIPTION });
  const wrong: [Partial<PlanOptions>, RegExp][] = [
    [{ tSample: 4 }, /^Cannot cut a sample of 4 ms into steps of 5 ms: 0 bins/],
    [{ tSample: NaN }, /^Cannot cut a sample of NaN ms/],
    [{ tSample: 5 * 65536 }, /65536 bins are not between 1 and 65535$/],
    [{ tSample: 5e12 }, /1000000000000 bins are not between 1 and 65535$/],
    [{ batch: 0 }, /^Cannot plan batches of 0: /],
    [{ batch: 1.5 }, /^Cannot plan batches of 1.5: /],
    [
      {
        loss: numSpikes({ region: { start: 20, stop: 20 }, true: 3, false: 1 }),
      },
      /^Cannot count spikes from 20 to 20 ms: /,
    ],
    [
      {
        loss: numSpikes({ region: { start: 0, stop: 55 }, true: 3, false: 1 }),
      },
      /^Cannot count spikes from 0 to 55 ms: .* 0 to 11 of .* 10$/,
    ],
    [
      { loss: probSpikes({ region: { start: 0, stop: 55 }, window: 20 }) },
      /^Cannot count spikes from 0 to 55 ms: .* 0 to 11 of .* 10$/,
    ],
    [
      { loss: probSpikes({ region: { start: 0, stop: 50 }, window: 2 }) },
      /^Cannot compare spikes in a window of 2 ms: it has 0 bins, .* 1 to .*10$/,
    ],
    [
      { loss: probSpikes({ region: { start: 0, stop: 50 }, window: 55 }) },
      /^Cannot compare spikes in a window of 55 ms: it has 11 bins/,
    ],
    [
      { loss: spikeTime({ times: { true: [10, 50], false: [] } }) },
      /^Cannot aim at a spike at 50 ms: it is bin 10 of a sample's 10, counted/,
    ],
    [
      { loss: spikeTime({ times: { true: [], false: [-5] } }) },
      /^Cannot aim at a spike at -5 ms: it is bin -1 of a sample's 10, counted/,
    ],
    [
      { loss: spikeTime({ times: { true: [10, 12], false: [] } }) },
      /^Cannot aim at a spike at 12 ms: in bin 2 there is one, /,
    ],
    [
      { loss: spikeTime({ trains: [[[], [], []], [[], [], []]] }) },
      /^Cannot aim at 2 spike trains: the network has 3 outputs, /,
    ],
    [
      { loss: spikeTime({ trains: [[[], [], []], [[], [], []], [[]]] }) },
      /^Cannot aim at 1 spike trains: the network has 3 outputs, /,
    ],
  ];
  for (const [options, text] of wrong) {
    await rejects(model.compile({ ...OPTIONS, ...options }), {
      name: "ShapeError",
      message: text,
    });
  }
});

gpuTest("an event word must have room for address and bin", async () => {
  using model = await Model.create({
    device: smallDevice(2 ** 50),
    ...DESCRIPTION,
    input: { C: 1, H: 4096, W: 8192 },
    layers: [{ conv: { out: 1, kernel: 1, stride: 4096 } }],
  });
  await rejects(model.compile({ ...OPTIONS, tSample: 5 * 129 }), {
    name: "ShapeError",
    message: /^Cannot bin events: 33554432 pixels .* 128 bins, not 129$/,
  });
});

gpuTest("batches are refused that do not fit their plan", async () => {
  await withPlan(async (stepper, model) => {
    const weights = await model.weights();
    const batch = samplesOf(1, 2);
    for (const batch of [samplesOf(), samplesOf(1, 1, 1)]) {
      await rejects(stepper.train(batch, 0.1), {
        name: "ShapeError",
        message: /^Cannot run a batch of [03]: the plan was made for 1 to 2$/,
      });
    }
    await rejects(
      stepper.train({ ...batch, labels: Uint32Array.of(0, 3) }, 0.1),
      {
        name: "ShapeError",
        message: "Cannot run a batch of 2: there is no output for class 3, " +
          "only 3",
      },
    );
    const { T, addressBits } = stepper.plan.sizes;
    await rejects(stepper.train({ ...batch, bins: T + 1 }, 0.1), {
      name: "ShapeError",
      message:
        `Cannot run a batch of 2: its events are in ${T + 1} bins, the ` +
        `network takes ${T}, see eventBinning()`,
    });
    for (const event of [T * 2 ** addressBits, 2 ** 32 - 1]) {
      const samples = batch.samples.with(1, Uint32Array.of(0, event));
      await rejects(stepper.train({ ...batch, samples }, 0.1), {
        name: "ShapeError",
        message:
          /^Cannot run a batch: event 1 of a sample is at address \d+ of \d+, in bin/,
      });
    }
    for (const samples of [[], batch.samples.slice(1)]) {
      await rejects(stepper.train({ ...batch, samples }, 0.1), {
        name: "ShapeError",
        message: /^Cannot run a batch of 2: it has events of [01] samples$/,
      });
    }
    deepStrictEqual(await stepper.drain(), []);
    deepStrictEqual(await model.weights(), weights);
  });
});

gpuTest("a plan made to evaluate does not train", async () => {
  await withPlan(async (stepper) => {
    await rejects(
      stepper.train(samplesOf(1), 0.1),
      {
        name: "TypeError",
        message: /^Cannot train: the plan was made to evaluate$/,
      },
    );
  }, { train: false });
});
