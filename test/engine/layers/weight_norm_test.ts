import {
  deepStrictEqual,
  notDeepStrictEqual,
  ok,
  rejects,
} from "node:assert/strict";
import { leaky } from "../../../engine/neurons/leaky.ts";
import {
  crossEntropy,
  Model,
  type ModelDescription,
  type NamedArray,
  numSpikes,
  trace,
} from "../../../mod.ts";
import { close } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { adam, type Update, weightNorm } from "../../oracle/optimizer.ts";
import { tensorOf } from "../../oracle/tensor.ts";
import { busyInput, eventsOf, excite, NEURON, part } from "../networks.ts";

const [N, T, LR] = [3, 40, 0.05];
const LOSS = numSpikes({ true: 9, false: 2 });

const SLAYER = (normed: boolean): ModelDescription => ({
  device: device(),
  input: { C: 2, H: 8, W: 6 },
  layers: [
    { conv: { out: 6, kernel: 3, groups: 2, weightNorm: normed }, delay: {} },
    { pool: 2 },
    { dense: { out: 5, weightNorm: normed }, quantize: 0.5 },
    { dense: 3 },
  ],
  neuron: NEURON,
  Ts: 1,
  random: 4,
});

const UNITS = (normed: boolean): ModelDescription => ({
  device: device(),
  input: { C: 2, H: 8, W: 6 },
  layers: [
    { conv: { out: 6, kernel: 3, weightNorm: normed }, norm: "mean" },
    {
      dense: { out: 5, weightNorm: normed },
      recurrent: true,
      quantize: 0.0625,
    },
    { dense: 3, neuron: "none" },
  ],
  neuron: leaky({ threshold: 0.3 }),
  Ts: 1,
  random: 4,
});

const CASES = [
  ["SLAYER's neurons", SLAYER, LOSS],
  ["units", UNITS, crossEntropy()],
] as const;

/** Events of a network whose bins may be finer. */
const eventsFor = (model: Model) => {
  const { bins } = model.eventBinning({ tSample: T });
  const x = busyInput([N, 2, 8, 6, T], 2);
  const { samples, labels } = eventsOf(x, [0, 1, 2]);
  const place = 2 ** Math.ceil(Math.log2(2 * 8 * 6));
  return {
    samples: samples.map((words) =>
      words.map((word) =>
        Math.floor(word / place) * (bins / T) * place + word % place
      )
    ),
    labels,
  };
};

for (const [what, describe, loss] of CASES) {
  const OPTIONS = { tSample: T, loss };

  gpuTest(`weights of ${what} are updated by gain and direction`, async () => {
    using model = await Model.create(describe(true));
    using plain = await Model.create(describe(false));
    await excite(model);
    const first = { ...await model.weights() };
    const stretch = (size: number): NamedArray => ({
      shape: [size],
      data: new Float32Array(size).fill(1),
    });
    model.setWeights({
      ...first,
      "conv1.stretch": stretch(6),
      "fc1.stretch": stretch(5),
    });
    const before = await model.weights();
    const shared = Object.entries(before)
      .filter(([name]) => !name.endsWith(".stretch"));
    plain.setWeights(Object.fromEntries(shared));
    const events = eventsFor(model);
    // The first step runs on the same weights.
    const found = await trace(model, events, OPTIONS);
    const expected = await trace(plain, events, OPTIONS);
    deepStrictEqual(found.layers, expected.layers);
    ok(found.layers.at(-1)!.spikes.data.some((spike) => spike !== 0));
    const twins: Record<string, { update: Update; w: Float64Array }> = {};
    for (const [name, { shape, data }] of shared) {
      const normed = name === "conv1.weight" || name === "fc1.weight";
      twins[name] = {
        w: Float64Array.from(data),
        update: normed ? weightNorm(shape[0], () => adam(LR)) : adam(LR),
      };
    }
    using stepper = await model.prepare({ ...OPTIONS, batch: N, train: true });
    for (let step = 0; step < 3; step++) {
      await stepper.train(events, LR);
      await stepper.drain();
      const gradients = await model.gradients();
      const weights = await model.weights();
      for (const [name, { update, w }] of Object.entries(twins)) {
        if (name.endsWith(".delay") || /\.norm\./.test(name)) continue;
        update(w, Float64Array.from(gradients[name].data));
        const { shape, data } = weights[name];
        close(tensorOf(shape, data), tensorOf(shape, w), 1e-4);
      }
    }
    const after = await model.weights();
    notDeepStrictEqual(after["fc1.stretch"], before["fc1.stretch"]);
  });

  gpuTest(
    `gains and directions of ${what} go on where a state was saved, and learn from accumulated batches`,
    async () => {
      const train = async (
        use: (
          model: Model,
          step: (first: number, end: number, update?: boolean) => Promise<void>,
        ) => Promise<void>,
        rule = {},
      ) => {
        using model = await Model.create({ ...describe(true), ...rule });
        using stepper = await model.prepare({
          ...OPTIONS,
          batch: N,
          train: true,
        });
        const events = eventsFor(model);
        await use(model, async (first, end, updates = true) => {
          const some = part(events, first, end);
          if (updates) await stepper.train(some, LR);
          else await stepper.accumulate(some);
        });
        await stepper.drain();
        return await model.state();
      };
      let saved: Awaited<ReturnType<Model["state"]>>;
      const whole = await train(async (model, step) => {
        await step(0, 3);
        saved = await model.state();
        await step(0, 3);
      });
      const resumed = await train(async (model, step) => {
        model.setState(saved);
        await step(0, 3);
      });
      deepStrictEqual(resumed, whole);
      if (describe === SLAYER) {
        const cut = await train(async (_, step) => {
          await step(0, 2, false);
          await step(2, 3);
          await step(0, 1, false);
          await step(1, 3);
        });
        deepStrictEqual(cut, whole);
      }
      // Clipping by a norm that no gradient has changes nothing.
      const clipped = await train(async (_, step) => {
        await step(0, 3);
        await step(0, 3);
      }, { clip: 1e9 });
      deepStrictEqual(clipped, whole);
    },
  );
}

gpuTest("weights of other layers are not normalised", async () => {
  const message = /with weightNorm: it is for conv and dense/;
  const options = { out: 2, kernel: 2, weightNorm: true };
  const others = [
    {
      ...SLAYER(false),
      layers: [{ convTranspose: options }, { dense: 2 }],
    },
    {
      ...UNITS(false),
      layers: [{ ghost: options }, { dense: 2 }],
    },
  ];
  for (const description of others) {
    const created = Model.create(description);
    await rejects(created, { name: "ShapeError", message });
  }
});
