import { deepStrictEqual, rejects, throws } from "node:assert/strict";
import { Model, type ModelDescription } from "../../../engine/model.ts";
import type { LayerDescription } from "../../../engine/layers/describe_layers.ts";
import type { Loss } from "../../../engine/losses/loss.ts";
import { numSpikes } from "../../../engine/losses/num_spikes.ts";
import { probSpikes } from "../../../engine/losses/prob_spikes.ts";
import { spikeTime } from "../../../engine/losses/spike_time.ts";
import {
  describeNeuron,
  type NeuronDescription,
} from "../../../engine/neurons/describe_neuron.ts";
import {
  refractoryKernel,
  responseKernel,
} from "../../../engine/neurons/srm_alpha.ts";
import { Random } from "../../../engine/network/random.ts";
import { formatSafetensors } from "../../../engine/network/safetensors.ts";
import { packSpikes } from "../../../engine/network/pack_spikes.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { NEURON } from "../networks.ts";

const DESCRIPTION: ModelDescription = {
  input: { C: 2, H: 3, W: 4 },
  layers: [{ conv: { out: 2, kernel: 2 } }, { dense: 3 }],
  neuron: NEURON,
  Ts: 5,
  random: 1,
};

/** Numbers that are no length, weight or rate. */
const WRONG = [NaN, Infinity, -1, 1e300];

Deno.test("packSpikes() refuses what is no spike", () => {
  for (const value of [7, 0.5, -1, NaN, Infinity]) {
    const spikes = {
      shape: [1, 1, 1, 1, 3],
      data: Float32Array.of(0, 1, value),
    };
    throws(() => packSpikes(spikes, [0]), {
      name: "RangeError",
      message: `Cannot pack a spike of ${value}: value 2 is neither 0 nor 1`,
    });
  }
});

Deno.test("packSpikes() refuses labels that are no class, and odd shapes", () => {
  const spikes = { shape: [1, 1, 1, 1, 2], data: Float32Array.of(0, 1) };
  for (const label of [-1, 0.5, NaN, 2 ** 32]) {
    throws(() => packSpikes(spikes, [label]), {
      name: "RangeError",
      message:
        `Cannot pack spikes of class ${label}: it is not an integer from 0`,
    });
  }
  for (const shape of [[1, 1, -1, -2, 1], [1, 1, 1, 4, 0.5], [1, 1, 2]]) {
    throws(() => packSpikes({ ...spikes, shape }, [0]), { name: "ShapeError" });
  }
});

gpuTest("a network refuses weights that are not finite", async () => {
  using model = await Model.create({ device: device(), ...DESCRIPTION });
  const weights = await model.weights();
  for (const value of [NaN, Infinity, -Infinity]) {
    const { shape, data } = weights["fc1.weight"];
    const wrong = { shape, data: data.with(5, value) };
    throws(() => model.setWeights({ ...weights, "fc1.weight": wrong }), {
      name: "RangeError",
      message: `Cannot set "fc1.weight" to ${value}: value 5 is not finite`,
    });
  }
  deepStrictEqual(await model.weights(), weights);
});

gpuTest("a network refuses weights in another order of axes", async () => {
  using model = await Model.create({ device: device(), ...DESCRIPTION });
  const weights = await model.weights();
  const { data } = weights["fc1.weight"];
  // The layer has [3, 2, 2, 3, 1].
  for (const shape of [[3, 2, 2, 3], [3, 12], [3, 12, 1, 1, 1]]) {
    model.setWeights({ ...weights, "fc1.weight": { shape, data } });
  }
  for (
    const shape of [[3, 2, 3, 2, 1], [3, 3, 2, 2], [12, 3], [36], [3, 4, 3]]
  ) {
    const wrong = { ...weights, "fc1.weight": { shape, data } };
    throws(() => model.setWeights(wrong), {
      name: "ShapeError",
      message: `Cannot set "fc1.weight": the network has [3,2,2,3,1], not ` +
        `[${shape}] with 36 values`,
    });
  }
});

gpuTest("a network refuses a state that no training leaves", async () => {
  using model = await Model.create({ device: device(), ...DESCRIPTION });
  const state = await model.state();
  for (const steps of [-1, 0.5, NaN]) {
    throws(() => model.setState({ ...state, steps }), {
      name: "RangeError",
      message: `Cannot go on after ${steps} steps: it is not an integer from 0`,
    });
  }
});

gpuTest("a network refuses parameters that are not positive", async () => {
  const layer = (weightScale: number): LayerDescription => ({
    dense: { out: 3, weightScale },
  });
  for (const value of WRONG.concat(0)) {
    const descriptions: Partial<ModelDescription>[] = [
      { Ts: value },
      { coding: { mode: "OR", height: value } },
      { layers: [layer(value)] },
      { layers: [{ conv: { out: 1, kernel: 1, weightScale: value } }] },
      ...Object.keys(NEURON).map((name) => ({
        neuron: { ...NEURON, [name]: value },
      })),
    ];
    for (const description of descriptions) {
      await rejects(
        Model.create({ device: device(), ...DESCRIPTION, ...description }),
        {
          name: "RangeError",
          message: /^Cannot build a? ?[^:]+: ?.*not positive$/,
        },
        `${JSON.stringify(description)} of ${value}`,
      );
    }
  }
});

gpuTest("a network refuses words and seeds that it does not know", async () => {
  const descriptions = [
    { coding: { mode: "AND", height: 1 } },
  ];
  for (const description of descriptions) {
    await rejects(
      Model.create({
        device: device(),
        ...DESCRIPTION,
        ...description as Partial<ModelDescription>,
      }),
      {
        name: "TypeError",
        message: /^Cannot build a network with "\w+": expected \w+, \w+/,
      },
    );
  }
  for (const random of [NaN, 0.5]) {
    await rejects(Model.create({ device: device(), ...DESCRIPTION, random }), {
      name: "RangeError",
      message: `Cannot seed with ${random}: it is not an integer`,
    });
  }
});

Deno.test("Random refuses streams that are not counted from 0", () => {
  for (const stream of [-1, 0.5, NaN]) {
    throws(() => new Random(1, stream), {
      name: "RangeError",
      message: `Cannot draw from stream ${stream}: it is not an integer from 0`,
    });
  }
});

gpuTest("an optimizer refuses settings that float32 cannot hold", async () => {
  const wrong = [
    ...[NaN, -1, 0, 1e300, 1e-300].map((clip) => ({ clip })),
    ...WRONG.map((weightDecay) => ({ weightDecay })),
  ];
  for (const rule of wrong) {
    await rejects(
      Model.create({ device: device(), ...DESCRIPTION, ...rule }),
      { name: "RangeError" },
      JSON.stringify(rule),
    );
  }
});

gpuTest("training refuses a rate that is negative or not finite", async () => {
  using model = await Model.create({ device: device(), ...DESCRIPTION });
  using stepper = await model.compile({
    tSample: 50,
    batch: 1,
    train: true,
    loss: numSpikes({ true: 5, false: 1 }),
  });
  const batch = { samples: [new Uint32Array()], labels: Uint32Array.of(0) };
  for (const lr of WRONG) {
    const error = {
      name: "RangeError",
      message:
        `Cannot train with a learning rate of ${lr}: it is not a number from 0`,
    };
    await rejects(stepper.train(batch, lr), error);
    throws(() => stepper.update(lr), error);
  }
});

Deno.test("a neuron that is a word, or of a type, is refused with what makes neurons", () => {
  const makers = "leaky() of mod.ts, or cubaLeaky() and others of " +
    "engine/mod.ts, give ";
  const cases: [neuron: unknown, problem: string][] = [
    [
      "LIFF",
      'neuron "LIFF": expected parameters by name; ' + makers +
      "those of other kinds",
    ],
    [
      { type: "LIF", tau: 2 },
      "type LIF: type is for configuration files; " + makers +
      "neurons of other kinds",
    ],
    [
      { kind: "LIF" },
      'kind "LIF": expected a kind such as LEAKY; ' + makers + "neurons of it",
    ],
  ];
  for (const [neuron, problem] of cases) {
    throws(() => describeNeuron(neuron as NeuronDescription), {
      name: "TypeError",
      message: `Cannot build a network with ${problem}`,
    });
  }
});

Deno.test("a loss refuses targets that no output can reach", () => {
  const neuron = describeNeuron(NEURON);
  const sample = {
    Ts: 5,
    tSample: 100,
    T: 20,
    O: 2,
    voters: 1,
    neuron,
    software: true,
  };
  const region = { start: 0, stop: 100 };
  for (const value of WRONG) {
    for (
      const count of [{ true: value, false: 1 }, { true: 1, false: value }]
    ) {
      throws(() => numSpikes({ region, ...count }).settle(sample), {
        name: "RangeError",
        message: `Cannot aim at ${value} spikes: it is not a number from 0`,
      });
    }
    const losses: Loss[] = [
      probSpikes({ region: { start: value, stop: 100 }, window: 20 }),
      numSpikes({ region: { start: 0, stop: value }, true: 5, false: 1 }),
      probSpikes({ region, window: value }),
      spikeTime({ times: { true: [value], false: [] } }),
    ];
    for (const loss of losses) {
      throws(() => loss.settle(sample), { name: "ShapeError" });
    }
  }
});

Deno.test("a neuron's kernels refuse times that are not positive", () => {
  const kernels = [
    [responseKernel, "tauSr"],
    [refractoryKernel, "tauRef"],
  ] as const;
  for (const [kernel, tau] of kernels) {
    for (const value of WRONG.concat(0)) {
      throws(() => kernel(NEURON, value, 100), {
        name: "RangeError",
        message: `Cannot tabulate a response with Ts ${value}: it is not ` +
          "positive",
      });
      throws(() => kernel(NEURON, 5, value), { name: "RangeError" });
      throws(() => kernel({ ...NEURON, [tau]: value }, 5, 100), {
        name: "RangeError",
      });
    }
  }
});

Deno.test("formatSafetensors() refuses shapes and types that are none", () => {
  const data = new Float32Array(2);
  for (const shape of [[0.5, 4], [-1, -2]]) {
    throws(() => formatSafetensors({ w: { dtype: "F32", shape, data } }), {
      name: "RangeError",
      message: `Cannot write weights "w": [${shape}] is not a list of sizes`,
    });
  }
  const dtype = "F8" as "F32";
  throws(() => formatSafetensors({ w: { dtype, shape: [2], data } }), {
    name: "TypeError",
    message: 'Cannot write weights "w": dtype "F8" is unknown',
  });
});

gpuTest("a layer refuses keys that it does not know", async () => {
  const layers = [{ dense: 3, nrom: "batch" }] as LayerDescription[];
  await rejects(Model.create({ device: device(), ...DESCRIPTION, layers }), {
    name: "TypeError",
    message: 'Cannot build layer 1: {"dense":3,"nrom":"batch"} has nrom, ' +
      "expected dense, neuron, quantize, delay, dropout, or norm, bias and " +
      "others of networks that are computed layer by layer",
  });
});

gpuTest("a network that was destroyed says so", async () => {
  const model = await Model.create({ device: device(), ...DESCRIPTION });
  const weights = await model.weights();
  const state = await model.state();
  model.destroy();
  const error = {
    name: "DeviceError",
    message: "Cannot use the network: it was destroyed",
  };
  const loss = probSpikes({ window: 5 });
  const plan = { tSample: 20, batch: 1, train: false, loss };
  await rejects(model.weights(), error);
  await rejects(model.gradients(), error);
  await rejects(model.state(), error);
  await rejects(model.compile(plan), error);
  await rejects(model.prepare(plan), error);
  throws(() => model.setWeights(weights), error);
  throws(() => model.setState(state), error);
});
