import {
  deepStrictEqual,
  notDeepStrictEqual,
  ok,
  throws,
} from "node:assert/strict";
import { Model, type ModelDescription } from "../../../engine/model.ts";
import { numSpikes } from "../../../engine/losses/num_spikes.ts";
import type { Stepper } from "../../../engine/plan/stepper.ts";
import { Random } from "../../../engine/network/random.ts";
import { close } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import {
  busyInput,
  eventsOf,
  excite,
  NEURON,
  referenceNetwork,
} from "../networks.ts";
import { tensorOf } from "../../oracle/tensor.ts";
import { haveFull } from "../../fixtures/reference_vectors.ts";

const T = 20;

const DESCRIPTION: ModelDescription = {
  input: { C: 2, H: 6, W: 5 },
  layers: [
    { conv: { out: 4, kernel: [3, 2], groups: 2, weightScale: 20 } },
    { pool: 2 },
    { dense: 3 },
  ],
  neuron: NEURON,
  Ts: 5,
  random: 7,
};

const OPTIONS = {
  tSample: 5 * T,
  loss: numSpikes({ region: { start: 0, stop: 5 * T }, true: 9, false: 2 }),
  batch: 4,
};

const batch = eventsOf(busyInput([4, 2, 6, 5, T], 1), [0, 1, 2, 0]);

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += (a[i] - b[i]) ** 2;
  return Math.sqrt(squares);
}

for (const name of haveFull ? ["net_cnn", "net_mlp"] : ["net_cnn"]) {
  for (const optimizer of ["ADAM", "NADAM", "SGD"] as const) {
    gpuTest(`five steps of ${optimizer} train as ${name} was`, async () => {
      const { description, weights, batch, options, tensors } =
        referenceNetwork(name);
      using model = await Model.create({
        device: device(),
        ...description,
        optimizer,
      });
      model.setWeights(weights);
      const size = batch.labels.length;
      using stepper = await model.compile({
        ...options,
        batch: size,
        train: true,
      });
      const lr = optimizer === "SGD" ? 0.001 : 0.01;
      for (let step = 0; step < 5; step++) await stepper.train(batch, lr);
      const records = await stepper.drain();
      const losses = records.map((step) => step.losses.reduce((a, b) => a + b));
      const reference = optimizer.toLowerCase();
      close(tensorOf([5], losses), tensors[`${reference}.loss`], 2e-6);
      for (const [key, { data }] of Object.entries(await model.weights())) {
        const expected = tensors[`${reference}.w5.${key}`].data;
        const error = distance(data, expected) /
          distance(weights[key].data, expected);
        ok(error <= 1e-4, `${key} is off by ${error} of the way`);
      }
    });
  }
}

gpuTest("a network gives back the weights it was given", async () => {
  using model = await Model.create({ device: device(), ...DESCRIPTION });
  const given = {
    "conv1.weight": {
      shape: [4, 1, 3, 2, 1],
      data: Float32Array.from({ length: 24 }, (_, i) => i),
    },
    "fc1.weight": {
      shape: [3, 4, 2, 2, 1],
      data: Float32Array.from({ length: 48 }, (_, i) => 100 + i),
    },
  };
  model.setWeights(given);
  deepStrictEqual(await model.weights(), given);
  const pool = { shape: [1, 1, 2, 2, 1], data: new Float32Array(4) };
  const flat = { shape: [3, 16], data: given["fc1.weight"].data };
  model.setWeights({ ...given, "fc1.weight": flat, "pool1.weight": pool });
  deepStrictEqual(await model.weights(), given);
});

gpuTest("a network's first weights are drawn from its seed", async () => {
  const draw = async (random: number | Random) => {
    using model = await Model.create({
      device: device(),
      ...DESCRIPTION,
      random,
    });
    return await model.weights();
  };
  const weights = await draw(7);
  deepStrictEqual(await draw(new Random(7)), weights);
  notDeepStrictEqual(await draw(8), weights);
  const bounds = {
    "conv1.weight": 20 / Math.sqrt(6),
    "fc1.weight": 10 / Math.sqrt(16),
  };
  deepStrictEqual(Object.keys(weights), Object.keys(bounds));
  for (const [key, bound] of Object.entries(bounds)) {
    const { data } = weights[key];
    ok(data.every((w) => Math.abs(w) <= bound));
    ok(Math.max(...data) > 0.7 * bound && Math.min(...data) < -0.7 * bound);
  }
  const random = new Random(7);
  const [first] = weights["conv1.weight"].data;
  const expected = (2 * random.uniform() - 1) * bounds["conv1.weight"];
  ok(first === Math.fround(expected));
});

for (const optimizer of ["ADAM", "NADAM", "SGD"] as const) {
  gpuTest(
    `two runs of ${optimizer} from a seed end in the same bits`,
    async () => {
      const run = async (random: number) => {
        const description = { ...DESCRIPTION, optimizer, random };
        using model = await Model.create({ device: device(), ...description });
        await excite(model);
        using stepper = await model.compile({ ...OPTIONS, train: true });
        const before = await model.weights();
        for (let step = 0; step < 4; step++) await stepper.train(batch, 0.01);
        const records = await stepper.drain();
        const weights = await model.weights();
        notDeepStrictEqual(weights, before);
        return { weights, records };
      };
      const first = await run(7);
      deepStrictEqual(await run(7), first);
      notDeepStrictEqual(await run(8), first);
    },
  );
}

for (const optimizer of ["ADAM", "NADAM", "SGD"] as const) {
  gpuTest(`a network of ${optimizer} goes on from its state`, async () => {
    using model = await Model.create({
      device: device(),
      ...DESCRIPTION,
      optimizer,
    });
    await excite(model);
    using stepper = await model.compile({ ...OPTIONS, train: true });
    const steps = async (stepper: Stepper) => {
      for (let step = 0; step < 3; step++) await stepper.train(batch, 0.01);
      return await stepper.drain();
    };
    await steps(stepper);
    const state = await model.state();
    deepStrictEqual(state.weights, await model.weights());
    deepStrictEqual(state.steps, 3);
    const moments = optimizer === "SGD" ? [] : ["m", "v", "vMax"];
    deepStrictEqual(Object.keys(state.moments), moments);
    const records = await steps(stepper);

    using other = await Model.create({
      device: device(),
      ...{ ...DESCRIPTION, optimizer, random: 8 },
    });
    using again = await other.compile({ ...OPTIONS, train: true });
    await steps(again);
    other.setState(state);
    deepStrictEqual(await other.state(), state);
    deepStrictEqual(await steps(again), records);
    deepStrictEqual(await other.state(), await model.state());

    const odd = { ...state, moments: { m: state.weights } };
    throws(() => other.setState(odd), { name: "ShapeError" });
    const none = { ...state, weights: {} };
    throws(() => other.setState(none), { name: "ShapeError" });
  });
}

gpuTest(
  "a network finds compiled what another on its device compiled",
  async () => {
    const { gpu } = device();
    const compile = gpu.createComputePipelineAsync;
    let compiled = 0;
    gpu.createComputePipelineAsync = (descriptor) => {
      compiled++;
      return compile.call(gpu, descriptor);
    };
    const run = async () => {
      using model = await Model.create({ device: device(), ...DESCRIPTION });
      using stepper = await model.compile({ ...OPTIONS, train: true });
      await stepper.train(batch, 0.1);
      return [await stepper.drain(), await model.weights()];
    };
    try {
      const first = await run();
      compiled = 0;
      deepStrictEqual(await run(), first);
      deepStrictEqual(compiled, 0);
    } finally {
      Reflect.deleteProperty(gpu, "createComputePipelineAsync");
    }
  },
);

gpuTest("evaluation sees what training sees, and changes nothing", async () => {
  using model = await Model.create({ device: device(), ...DESCRIPTION });
  const weights = await excite(model);
  using evaluator = await model.compile({ ...OPTIONS, train: false });
  await evaluator.evaluate(batch);
  deepStrictEqual(await model.weights(), weights);
  using trainer = await model.compile({ ...OPTIONS, train: true });
  await trainer.train(batch, 0.1);
  const [evaluated] = await evaluator.drain();
  deepStrictEqual(await trainer.drain(), [evaluated]);
  ok(evaluated.spikes.every((count) => count > 0));
  notDeepStrictEqual(await model.weights(), weights);
  await evaluator.evaluate(batch);
  notDeepStrictEqual(await evaluator.drain(), [evaluated]);
});

gpuTest("samples without events teach nothing", async () => {
  using model = await Model.create({ device: device(), ...DESCRIPTION });
  const weights = await excite(model);
  using stepper = await model.compile({ ...OPTIONS, train: true });
  const silence = {
    samples: [new Uint32Array(), new Uint32Array()],
    labels: Uint32Array.of(1, 0),
  };
  await stepper.train(silence, 0.1);
  const [{ predictions, losses, spikes }] = await stepper.drain();
  deepStrictEqual([...predictions], [0, 0]);
  deepStrictEqual([...spikes], [0, 0, 0]);
  const loss = 2.5 * (9 * 9 + 2 * 2 * 2) / T;
  close(tensorOf([2], losses), tensorOf([2], [loss, loss]));
  deepStrictEqual(await model.weights(), weights);
});

gpuTest("a network that only pools runs and has nothing to learn", async () => {
  using model = await Model.create({
    device: device(),
    ...DESCRIPTION,
    layers: [{ pool: 2 }, { pool: 3 }],
  });
  using stepper = await model.compile({ ...OPTIONS, train: true });
  // A pool of two channels knows two classes.
  const labels = Uint32Array.of(0, 1, 1, 0);
  await stepper.train({ ...batch, labels }, 0.1);
  const [{ spikes }] = await stepper.drain();
  ok(spikes.every((count) => count > 0));
  deepStrictEqual(await model.weights(), {});
});
