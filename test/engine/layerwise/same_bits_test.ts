import {
  deepStrictEqual,
  notDeepStrictEqual,
  ok,
  strictEqual,
} from "node:assert/strict";
import type { Device } from "../../../engine/device/device.ts";
import { sizeUnits } from "../../../engine/layerwise/unit_sizes.ts";
import { crossEntropy } from "../../../engine/losses/readout.ts";
import { Model, type ModelDescription } from "../../../engine/model.ts";
import type { Augmentation } from "../../../engine/network/augmentation.ts";
import { leaky } from "../../../engine/neurons/leaky.ts";
import { sigmaDelta } from "../../../engine/neurons/sigma_delta.ts";
import { parametricLeaky } from "../../../engine/neurons/parametric_leaky.ts";
import { close } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { tensorOf } from "../../oracle/tensor.ts";
import { scarceDevice, smallDevice } from "../device/small_device.ts";
import { busyInput, part } from "../networks.ts";
import { unitEvents } from "./unit_events.ts";

const BATCH = 5;
const T = 5;
const INPUT = { C: 2, H: 7, W: 6 };

const DESCRIPTION: ModelDescription = {
  input: INPUT,
  layers: [
    {
      conv: { out: 6, kernel: 3, padding: 1 },
      norm: "batch",
      neuron: parametricLeaky({ threshold: 0.25, tau: 1.5 }),
    },
    {
      residual: [{ ghost: { out: 6, kernel: 3, padding: 1 }, norm: "batch" }],
      pool: { average: 2 },
      dropout: 0.3,
    },
    {
      dense: 5,
      recurrent: true,
      norm: "batch",
      delay: { rate: 10 },
    },
    { dense: 6, neuron: sigmaDelta({ threshold: 0.05 }), quantize: 0.0625 },
    { dense: 4, neuron: "none", quantize: 0.0625 },
  ],
  neuron: leaky({ threshold: 0.5 }),
  Ts: 1,
  coding: { mode: "SUM_NORM", height: 1 },
  optimizer: "ADAMW",
  random: 4,
};

const AUGMENTATION: Augmentation = {
  flip: 0.5,
  shift: 1,
  rotate: 20,
  zoom: 0.2,
  shiftTime: 1,
  stretchTime: 0.2,
  erase: 0.2,
  drop: 0.3,
  mix: 0.8,
};

const OPTIONS = {
  tSample: T,
  batch: BATCH,
  loss: crossEntropy({ smoothing: 0.1 }),
  changes: { augmentation: AUGMENTATION, seed: 1 },
};

const COUNTS = busyInput([BATCH, 2, 7, 6, T], 1, 4);
const LABELS = [0, 1, 2, 3, 0];

/** Compiles a plan that trains, and makes its batch. */
async function compile(model: Model, options = {}) {
  const stepper = await model.compileUnits({
    ...OPTIONS,
    train: true,
    ...options,
  });
  return { stepper, batch: unitEvents(stepper.plan, COUNTS, LABELS) };
}

/** Words of a sample in each buffer of a plan. */
async function wordsOfSample() {
  using model = await Model.create({ device: device(), ...DESCRIPTION });
  const { stepper } = await compile(model);
  using _ = stepper;
  return sizeUnits(stepper.plan.units, T, { train: true, keep: false });
}

/** Steps of training and one of evaluation, on micro-batches of M samples. */
async function train(on: Device, M: number) {
  using model = await Model.create({ device: on, ...DESCRIPTION });
  const { stepper, batch } = await compile(model);
  const records = [];
  {
    using _ = stepper;
    strictEqual(stepper.plan.M, M);
    await stepper.train(batch, 0.1);
    // A batch that is smaller than the plan's, then an accumulated one.
    await stepper.train(part(batch, 1, 4), 0.1);
    await stepper.accumulate(part(batch, 0, 2));
    await stepper.accumulate(batch);
    stepper.update(0.1);
    records.push(...await stepper.drain());
  }
  const gradients = await model.gradients();
  using evaluator = await model.compileUnits({ ...OPTIONS, train: false });
  await evaluator.evaluate(batch);
  records.push(...await evaluator.drain());
  return { state: await model.state(), gradients, records };
}

gpuTest(
  "a batch has the same bits in micro-batches, norms and all",
  async () => {
    const whole = await train(device(), BATCH);
    ok(whole.records.every(({ spikes }) => spikes[0] > 0 && spikes[1] > 0));
    const first = whole.records[0].losses;
    notDeepStrictEqual(whole.records[4].losses, first);
    const { packed, routes, partial, ...own } = await wordsOfSample();
    const largest = Math.max(
      packed,
      routes,
      partial,
      ...Object.values(own).flat(),
    );
    const small = smallDevice(3 * 4 * largest + 4);
    deepStrictEqual(await train(small, 3), whole);
    // Memory for those buffers that micro-batches share.
    const scarce = scarceDevice(
      4 * (BATCH - 1) * (packed + routes + partial),
      (label) => ["packed", "routes", "partial"].includes(label),
    );
    deepStrictEqual(await train(scarce, BATCH >> 1), whole);
  },
);

gpuTest(
  "one sample has the same bits in a plan for one and for many",
  async () => {
    const run = async (batch: number) => {
      using model = await Model.create({ device: device(), ...DESCRIPTION });
      const { stepper, batch: all } = await compile(model, { batch });
      using _ = stepper;
      await stepper.train(part(all, 2, 3), 0.1);
      return { records: await stepper.drain(), state: await model.state() };
    };
    deepStrictEqual(await run(1), await run(BATCH));
  },
);

gpuTest("a step is an accumulated batch and an update", async () => {
  const run = async (accumulates: boolean) => {
    using model = await Model.create({ device: device(), ...DESCRIPTION });
    const { stepper, batch } = await compile(model);
    using _ = stepper;
    if (accumulates) {
      await stepper.accumulate(batch);
      stepper.update(0.1);
    } else {
      await stepper.train(batch, 0.1);
    }
    return await model.state();
  };
  deepStrictEqual(await run(true), await run(false));
});

gpuTest("training goes on from a state with the same bits", async () => {
  using model = await Model.create({ device: device(), ...DESCRIPTION });
  const { stepper, batch } = await compile(model);
  using _ = stepper;
  const steps = async (stepper: typeof _, count: number) => {
    for (let step = 0; step < count; step++) await stepper.train(batch, 0.1);
    return await stepper.drain();
  };
  await steps(stepper, 2);
  const state = await model.state();
  const records = await steps(stepper, 2);
  const after = await model.state();
  // Augmentation and dropout are drawn anew each step.
  notDeepStrictEqual(records[0].losses, records[1].losses);
  {
    using other = await Model.create({
      device: device(),
      ...DESCRIPTION,
      random: 9,
    });
    other.setState(state);
    using resumed = (await compile(other)).stepper;
    deepStrictEqual(await steps(resumed, 2), records);
    deepStrictEqual(await other.state(), after);
  }
  // The same plan goes on too, whatever was accumulated before.
  await stepper.accumulate(batch);
  model.setState(state);
  await stepper.drain();
  deepStrictEqual(await steps(stepper, 2), records);
  deepStrictEqual(await model.state(), after);
});

gpuTest("each seed draws other changes, and evaluation none", async () => {
  using model = await Model.create({ device: device(), ...DESCRIPTION });
  const lossesOf = async (seed: number, trains: boolean) => {
    const changes = { augmentation: AUGMENTATION, seed };
    const { stepper, batch } = await compile(model, { changes });
    using _ = stepper;
    if (trains) await stepper.accumulate(batch);
    else await stepper.evaluate(batch);
    const [{ losses }] = await stepper.drain();
    return losses;
  };
  const plain = await lossesOf(1, false);
  deepStrictEqual(await lossesOf(2, false), plain);
  const first = await lossesOf(1, true);
  deepStrictEqual(await lossesOf(1, true), first);
  notDeepStrictEqual(await lossesOf(2, true), first);
});

gpuTest("gradients of accumulated batches are added up", async () => {
  // Running statistics and changes aside, a batch has one gradient.
  using model = await Model.create({
    device: device(),
    ...DESCRIPTION,
    layers: DESCRIPTION.layers.map((layer) => ({ ...layer, dropout: 0 })),
  });
  const { stepper, batch } = await compile(model, { changes: {} });
  using _ = stepper;
  const state = await model.state();
  const parts = [part(batch, 0, 2), part(batch, 2, 5)];
  const gradientsOf = async (batches: readonly typeof batch[]) => {
    model.setState(state);
    for (const batch of batches) await stepper.accumulate(batch);
    return await model.gradients();
  };
  const [first, second] = [
    await gradientsOf(parts.slice(0, 1)),
    await gradientsOf(parts.slice(1)),
  ];
  for (
    const [name, { shape, data }] of Object.entries(await gradientsOf(parts))
  ) {
    const sum = data.map((_, i) => first[name].data[i] + second[name].data[i]);
    close(tensorOf(shape, data), tensorOf(shape, sum), 1e-5);
    ok(data.some((value) => value !== 0), name);
  }
});
