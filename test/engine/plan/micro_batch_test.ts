import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import type { Device } from "../../../engine/device/device.ts";
import { numSpikes } from "../../../engine/losses/num_spikes.ts";
import { Model, type ModelDescription } from "../../../engine/model.ts";
import type { InputCoding } from "../../../engine/plan/sizes.ts";
import { trace } from "../../../engine/trace.ts";
import { same } from "../../fixtures/comparison.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { busyInput, eventsOf, excite, NEURON, part } from "../networks.ts";
import { scarceDevice, smallDevice } from "../device/small_device.ts";

const BATCH = 8;
const T = 33;
const INPUT = { C: 2, H: 9, W: 7 };

/**
 * Bytes of the largest buffer that one sample needs: 6 maps are 2 quads, and
 * drives lie 16 rows after potentials.
 */
const SAMPLE = 4 * (T + 16) * 8 * 9 * 5;

const OPTIONS = {
  tSample: 5 * T,
  loss: numSpikes({ region: { start: 0, stop: 5 * T }, true: 9, false: 2 }),
  batch: BATCH,
};

function describe(mode: InputCoding["mode"]): ModelDescription {
  return {
    input: INPUT,
    layers: [
      { conv: { out: 6, kernel: 3, stride: [1, 1], padding: [1, 0] } },
      { pool: 2 },
      { dense: 5 },
    ],
    neuron: NEURON,
    Ts: 5,
    coding: { mode, height: 0.2 },
    random: 4,
  };
}

const counts = busyInput([BATCH, 2, 9, 7, T], 1, 6);

// The samples' largest counts differ.
counts.data.forEach((count, i) => {
  const sample = Math.floor(i * BATCH / counts.data.length);
  counts.data[i] = Math.min(count, 6 - sample % 4);
});

const batch = eventsOf(counts, [0, 1, 2, 3, 4, 0, 1, 2]);

/** Three steps of training and one of evaluation, on plans of M samples. */
async function train(on: Device, M: number, mode: InputCoding["mode"]) {
  using model = await Model.create({ device: on, ...describe(mode) });
  await excite(model);
  const records = [];
  {
    using stepper = await model.compile({ ...OPTIONS, train: true });
    strictEqual(stepper.plan.sizes.M, M);
    for (let step = 0; step < 3; step++) await stepper.train(batch, 1);
    records.push(...await stepper.drain());
  }
  const gradients = await model.gradients();
  using evaluator = await model.compile({ ...OPTIONS, train: false });
  await evaluator.evaluate(batch);
  records.push(...await evaluator.drain());
  return { weights: await model.weights(), gradients, records };
}

for (const mode of ["OR", "SUM_NORM"] as const) {
  gpuTest(`a batch of ${mode} may be cut with the same bits`, async () => {
    const whole = await train(device(), BATCH, mode);
    ok(whole.records.every(({ spikes }) => spikes.every((n) => n > 0)));
    const [first, last] = [whole.records[0], whole.records[3]];
    ok(first.losses.some((loss, n) => loss !== last.losses[n]));
    for (const M of [1, 3]) {
      const small = smallDevice(M * SAMPLE + 4);
      deepStrictEqual(await train(small, M, mode), whole);
    }
  });
}

gpuTest(
  "a batch is cut where memory is short, with the same bits",
  async () => {
    const whole = await train(device(), BATCH, "OR");
    for (const M of [4, 2, 1]) {
      // The weights take the remaining memory.
      const bytes = (await bytesOfPlan(M) + await bytesOfPlan(2 * M)) / 2;
      deepStrictEqual(await train(scarceDevice(bytes), M, "OR"), whole);
    }
    const scarce = scarceDevice(await bytesOfPlan(1) / 2);
    using model = await Model.create({ device: scarce, ...describe("OR") });
    await rejects(model.compile({ ...OPTIONS, train: true }), {
      name: "DeviceError",
      message: /^Cannot allocate on ".+": Memory is spent$/,
    });
  },
);

/** Memory that the plan takes to train on M samples at once. */
async function bytesOfPlan(M: number): Promise<number> {
  using model = await Model.create({
    device: smallDevice(M * SAMPLE + 4),
    ...describe("OR"),
  });
  using stepper = await model.compile({ ...OPTIONS, train: true });
  const { records, activity, incoming, tables, rounded, ...buffers } =
    stepper.plan.buffers;
  const all = new Set([
    ...Object.values(buffers).flat(),
    ...Object.values(tables),
    ...Object.values(rounded),
    ...[records.buffer, ...activity.fired, ...incoming.fired],
  ]);
  return [...all].reduce((sum, { size }) => sum + size, 0);
}

gpuTest("a trace may be cut with the same bits", async () => {
  const run = async (on: Device) => {
    using model = await Model.create({ device: on, ...describe("OR") });
    await excite(model);
    return await trace(model, batch, OPTIONS);
  };
  const whole = await run(device());
  for (const M of [1, 3]) {
    const cut = await run(smallDevice(M * SAMPLE + 4));
    whole.layers.forEach(({ spikes, potentials }, l) => {
      same(cut.layers[l].spikes.data, spikes.data);
      same(cut.layers[l].potentials.data, potentials.data);
    });
    deepStrictEqual(cut.gradients, whole.gradients);
    deepStrictEqual(cut.losses, whole.losses);
    deepStrictEqual(cut.predictions, whole.predictions);
  }
});

gpuTest("a sample has the same loss alone as among others", async () => {
  using model = await Model.create({ device: device(), ...describe("OR") });
  await excite(model);
  using stepper = await model.compile({ ...OPTIONS, train: false });
  await stepper.evaluate(batch);
  const [all] = await stepper.drain();
  for (const [first, end] of [[0, 1], [3, 5], [2, 8], [7, 8]]) {
    await stepper.evaluate(part(batch, first, end));
    const [some] = await stepper.drain();
    same(some.losses, all.losses.subarray(first, end));
    same(some.predictions, all.predictions.subarray(first, end));
  }
});

gpuTest(
  "a batch may have more samples than a dispatch workgroups",
  async () => {
    const samples = 65536 + 10;
    using model = await Model.create({
      device: device(),
      input: { C: 1, H: 1, W: 2 },
      layers: [{ dense: 1 }],
      neuron: NEURON,
      Ts: 5,
      random: 1,
    });
    await excite(model);
    const options = {
      tSample: 20,
      loss: numSpikes({ region: { start: 0, stop: 20 }, true: 3, false: 0 }),
      batch: samples,
    };
    using stepper = await model.compile({ ...options, train: true });
    await stepper.train({
      samples: Array.from({ length: samples }, (_, n) => Uint32Array.of(n % 2)),
      labels: new Uint32Array(samples),
    }, 0.1);
    const [{ losses }] = await stepper.drain();
    device().check();
    const [even, odd] = losses;
    ok(even > 0 && odd > 0);
    ok(losses.every((loss, n) => loss === (n % 2 === 0 ? even : odd)));
  },
);
