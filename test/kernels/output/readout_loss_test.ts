import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { READOUT_KINDS } from "../../../engine/losses/loss.ts";
import {
  readoutDrives,
  readoutRates,
} from "../../../kernels/output/readout_loss.ts";
import { close, counts, noise, same } from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import {
  type MixedLabel,
  type Readout,
  readoutLoss,
} from "../../oracle/units/readout.ts";
import { type Tensor, tensorOf } from "../../oracle/tensor.ts";
import { fromKernel, pack, quads, toKernel } from "../kernel_orders.ts";
import { batchOf, room, run } from "../kernel_runner.ts";

/** Samples of the batch before those of the micro-batch, of all, the slot. */
const BATCH = { first: 2, total: 9, slot: 1 };
const LAYERS = 3;

/** Exponentials and logarithms of a device are less exact than its sums. */
const TOLERANCE = 5e-6;

const STRIDE = LAYERS + 2 * BATCH.total;

const SHAPES = [
  [1, 1, 1, 1, 1],
  [4, 5, 1, 1, 33],
  [2, 70, 1, 1, 7],
];

const LOSSES: readonly Omit<Readout, "classWeights">[] = [
  { kind: "cross-entropy", smoothing: 0 },
  { kind: "cross-entropy", smoothing: 0.1 },
  { kind: "squared error", smoothing: 0.3 },
  {
    kind: "rate error",
    smoothing: 0.1,
    rates: { true: 0.75, false: 0.125 },
  },
  { kind: "sigmoids", smoothing: 0.1, sigmoid: { alpha: 1.5, theta: 0.25 } },
];

function labelsOf(N: number, O: number): MixedLabel[] {
  return Array.from({ length: N }, (_, n) => ({
    label: n * 7 % O,
    mixed: (n * 3 + 1) % O,
    share: n % 2 === 0 ? 1 : 0.375,
  }));
}

/** Words of classes, of samples before the micro-batch too. */
function classesOf(labels: readonly MixedLabel[]): Uint32Array {
  const words = new Uint32Array(3 * BATCH.total);
  const shares = new Float32Array(words.buffer);
  labels.forEach(({ label, mixed, share }, n) => {
    const at = 3 * (BATCH.first + n);
    words.set([label, mixed], at);
    shares[at + 2] = share;
  });
  return words;
}

/** What both kernels bind and are told. */
function common(shape: readonly number[], loss: Omit<Readout, "classWeights">) {
  const [N, O, , , T] = shape;
  const labels = labelsOf(N, O);
  const classWeights = Array.from({ length: O }, (_, o) => 0.5 + o % 4);
  return {
    labels,
    loss: { ...loss, classWeights },
    arrays: {
      batch: batchOf([
        BATCH.first,
        N,
        BATCH.slot,
        0,
        0,
        0,
        0,
        0,
        BATCH.total,
        1,
      ]),
      classes: classesOf(labels),
      weights: Float32Array.from(classWeights),
      dy: room(N * T * quads(O)),
      records: new Uint32Array(2 * STRIDE).fill(5),
    },
    constants: {
      T,
      O,
      layers: LAYERS,
      stride: STRIDE,
      smoothing: loss.smoothing,
      kind: READOUT_KINDS.indexOf(loss.kind),
      ...(loss.rates && {
        trueRate: loss.rates.true,
        falseRate: loss.rates.false,
      }),
      ...(loss.sigmoid && {
        width: loss.sigmoid.alpha,
        center: loss.sigmoid.theta,
      }),
    },
  };
}

/** Requires records and gradients to be those of outputs' values. */
function requireTwin(
  values: readonly (readonly number[])[],
  { labels, loss }: ReturnType<typeof common>,
  found: { readonly records: Uint32Array; readonly gradient: Tensor },
  factor: number,
): void {
  const [N, O, , , T] = found.gradient.shape;
  const twins = values.map((row, n) => readoutLoss(row, labels[n], loss));
  const expected = tensorOf(
    found.gradient.shape,
    Array.from(
      { length: N * O * T },
      (_, i) =>
        twins[Math.floor(i / T / O)].gradient[Math.floor(i / T) % O] * factor /
        T / BATCH.total,
    ),
  );
  if (O > 1 || loss.kind !== "cross-entropy") {
    close(found.gradient, expected, TOLERANCE);
  } else same(found.gradient.data, expected.data);
  const records = new Uint32Array(2 * STRIDE).fill(5);
  const losses = new Float32Array(found.records.buffer, 0, 2 * STRIDE);
  values.forEach((row, n) => {
    const at = BATCH.slot * STRIDE + LAYERS + 2 * (BATCH.first + n);
    strictEqual(found.records[at], row.indexOf(Math.max(...row)));
    records.set([found.records[at], found.records[at + 1]], at);
    close(
      tensorOf([1], [losses[at + 1] + 1]),
      tensorOf([1], [twins[n].loss + 1]),
      TOLERANCE,
    );
  });
  deepStrictEqual(found.records, records);
}

/** Mean and inverse deviation of a normalised drive. */
const [MEAN, INVERSE] = [0.25, 3];

gpuTest("the loss of a readout's mean drives is its twin's", async () => {
  for (const shape of SHAPES) {
    const [N, O, , , T] = shape;
    const x = noise(shape, 3);
    const maps = Array.from({ length: O }, (_, o) => [2 + o % 3, o % 5]);
    for (const kind of LOSSES) {
      const setting = common(shape, kind);
      const { dy, records, sums } = await run(
        readoutDrives,
        {
          ...setting.arrays,
          x: toKernel(x),
          coefficients: Float32Array.from([
            ...maps.flatMap((map) => [...map, MEAN, INVERSE]),
            ...Array(4 * (quads(O) - O)).fill(0),
          ]),
          sums: room(2 * BATCH.total * quads(O)),
        },
        setting.constants,
        [N, 1, 1],
      );
      const values = Array.from(
        { length: N },
        (_, n) =>
          maps.map(([a, b], o) => {
            const row = x.data.subarray((n * O + o) * T, (n * O + o + 1) * T);
            return a * row.reduce((sum, value) => sum + value, 0) / T + b;
          }),
      );
      const gradient = fromKernel(dy, shape);
      requireTwin(values, setting, { records, gradient }, 1);
      const first = BATCH.first * quads(O);
      // Sums over time of the gradient, and of it times the normalised drive.
      const expected = tensorOf(
        [N, O, 2],
        Array.from({ length: N * O }, (_, i) => {
          const row = x.data.subarray(i * T, (i + 1) * T);
          const normalised = row
            .reduce((sum, value) => sum + (value - MEAN) * INVERSE, 0);
          const dy = gradient.data[i * T];
          return [T * dy, dy * normalised];
        }).flat(),
      );
      const actual = tensorOf(
        [N, O, 2],
        Array.from({ length: N * O }, (_, i) => {
          const at = 2 * (first + Math.floor(i / O) * quads(O) + i % O);
          return [sums[at], sums[at + 1]];
        }).flat(),
      );
      if (O > 1 || kind.kind !== "cross-entropy") close(actual, expected);
    }
  }
});

gpuTest("the loss of a readout's firing rates is its twin's", async () => {
  for (const shape of SHAPES) {
    const [N, O, , , T] = shape;
    const spikes = counts(shape, 2, 0.4);
    const rateScale = 3;
    const values = Array.from(
      { length: N },
      (_, n) =>
        Array.from({ length: O }, (_, o) => {
          const row = spikes.data.subarray(
            (n * O + o) * T,
            (n * O + o + 1) * T,
          );
          return rateScale * row.reduce((sum, s) => sum + s, 0) / T;
        }),
    );
    for (const kind of LOSSES) {
      const setting = common(shape, kind);
      const { dy, records } = await run(
        readoutRates,
        { ...setting.arrays, spikes: pack(spikes) },
        { ...setting.constants, rateScale },
        [N, 1, 1],
      );
      const gradient = fromKernel(dy, shape, { over: NaN });
      requireTwin(values, setting, { records, gradient }, rateScale);
    }
  }
});
