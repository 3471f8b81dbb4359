import { deepStrictEqual, ok } from "node:assert/strict";
import { bin, type BinningMode } from "./bin.ts";
import {
  conv,
  convInputGradient,
  convWeightGradient,
  type Geometry,
} from "./layers/conv.ts";
import {
  dense,
  denseInputGradient,
  denseWeightGradient,
} from "./layers/dense.ts";
import { type Loss, predict, probSpikesLoss, spikeTimeLoss } from "./loss.ts";
import { backward, createNetwork, forwardGiven } from "./network.ts";
import { adam, nadam } from "./optimizer.ts";
import { pool, poolInputGradient } from "./layers/pool.ts";
import { psp, pspAdjoint, spike } from "./neurons/srm.ts";
import { inner, reshape, type Tensor, tensorOf, zeros } from "./tensor.ts";
import { fc } from "../fixtures/properties.ts";

const PROPERTY = { seed: 19, numRuns: 100 };

/** A tensor of numbers that look random, the same for the same arguments. */
function noise(shape: readonly number[], seed: number): Tensor {
  const length = shape.reduce((product, size) => product * size, 1);
  return tensorOf(
    shape,
    Float64Array.from({ length }, (_, i) => Math.sin(seed + 1e4 * Math.sin(i))),
  );
}

/** ⟨a, b⟩ = ⟨c, d⟩ up to the rounding of float64. */
function equalInner(a: Tensor, b: Tensor, c: Tensor, d: Tensor): void {
  const left = inner(a, b);
  const right = inner(c, d);
  ok(
    Math.abs(left - right) <= 1e-10 * (1 + Math.abs(left)),
    `${left}, ${right}`,
  );
}

const pair = (min: number, max: number) =>
  fc.oneof(
    fc.integer({ min, max }),
    fc.tuple(fc.integer({ min, max }), fc.integer({ min, max })),
  );

Deno.test("the oracle's response and its adjoint agree", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 20 }),
      (T, taps) => {
        const { data: kernel } = noise([taps], 0);
        const x = noise([1, 2, 1, 2, T], 1);
        const d = noise(x.shape, 2);
        equalInner(psp(x, kernel, 5), d, x, pspAdjoint(d, kernel, 5));
      },
    ),
    PROPERTY,
  );
});

Deno.test("the oracle's pool and its adjoint agree", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 7 }),
      (k, H, W) => {
        const x = noise([2, 2, H, W, 3], 1);
        const y = pool(x, k, 11);
        const d = noise(y.shape, 2);
        equalInner(y, d, x, poolInputGradient(d, k, 11, x.shape));
      },
    ),
    PROPERTY,
  );
});

Deno.test("the oracle's pool pads to the next multiple of its window", () => {
  const x = tensorOf([1, 1, 4, 1, 1], [1, 2, 3, 4]);
  deepStrictEqual(pool(x, 3, 10), tensorOf([1, 1, 2, 1, 1], [60, 40]));
});

Deno.test("the oracle's convolution and its adjoints agree", () => {
  fc.assert(
    fc.property(
      pair(1, 3),
      pair(0, 2),
      pair(1, 2),
      fc.integer({ min: 1, max: 2 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      (stride, padding, dilation, groups, kh, kw) => {
        const geometry: Geometry = { stride, padding, dilation, groups };
        const x = noise([2, 4, 5, 6, 3], 1);
        const w = noise([6, 4 / groups, kh, kw, 1], 2);
        const y = conv(x, w, geometry);
        const d = noise(y.shape, 3);
        equalInner(y, d, x, convInputGradient(d, w, geometry, x.shape));
        equalInner(y, d, w, convWeightGradient(x, d, geometry, w.shape));
      },
    ),
    PROPERTY,
  );
});

Deno.test("the oracle's dense synapse is a convolution over everything", () => {
  const x = noise([2, 3, 2, 4, 5], 1);
  const w = noise([6, 3, 2, 4, 1], 2);
  const y = dense(x, w);
  deepStrictEqual(y, conv(x, w));
  deepStrictEqual(y, dense(reshape(x, [2, 24, 1, 1, 5]), w));
  const d = noise(y.shape, 3);
  equalInner(y, d, x, denseInputGradient(d, w, x.shape));
  equalInner(y, d, w, denseWeightGradient(x, d, w.shape));
});

Deno.test("the oracle fires at the threshold and then is refractory", () => {
  const u = tensorOf([1, 1, 1, 1, 5], [9.99, 10, 12, 15, 10]);
  const { spikes, u: after } = spike(u, Float64Array.of(0, -4, -6), 10, 5);
  deepStrictEqual([...spikes.data], [0, 0.2, 0, 0, 0.2]);
  deepStrictEqual([...after.data], [9.99, 10, 8, 9, 10]);
});

/** Holds a gradient against differences of the loss along some axes. */
function agreesWithDifferences(out: Tensor, lossOf: (out: Tensor) => Loss) {
  const { gradient } = lossOf(out);
  const step = 1e-5;
  for (let i = 0; i < out.data.length; i += 7) {
    const moved = (by: number) => {
      const data = out.data.slice();
      data[i] += by;
      return lossOf({ shape: out.shape, data }).loss;
    };
    const slope = (moved(step) - moved(-step)) / (2 * step);
    const error = Math.abs(slope - gradient.data[i]);
    ok(
      error <= 1e-6 * (1 + Math.abs(slope)),
      `${i}: ${slope}, off by ${error}`,
    );
  }
}

/** Spikes that may be any numbers from 0 to their height. */
function relaxed(shape: readonly number[], Ts: number): Tensor {
  const { data } = noise(shape, 4);
  return { shape, data: data.map((value) => Math.abs(value) / Ts) };
}

Deno.test("the oracle's spikeTime gradient is the slope of its loss", () => {
  const out = relaxed([2, 3, 1, 1, 17], 5);
  const desired = tensorOf(out.shape, out.data.map((_, i) => i % 4 ? 0 : 0.2));
  const { data: response } = noise([6], 0);
  agreesWithDifferences(
    out,
    (out) => spikeTimeLoss(out, desired, response, 5),
  );
});

Deno.test("the oracle's probSpikes gradient is the slope of its loss", () => {
  for (const [start, stop, probSlidingWin] of [[0, 85, 20], [15, 60, 5]]) {
    const target = { tgtSpikeRegion: { start, stop }, probSlidingWin };
    const silent = tensorOf([2, 3, 1, 1, 17], new Array(102).fill(0));
    for (const out of [relaxed([2, 3, 1, 1, 17], 5), silent]) {
      agreesWithDifferences(
        out,
        (out) => probSpikesLoss(out, [2, 0], target, 5),
      );
    }
  }
});

Deno.test("the oracle's silence is the slope of its potentials", () => {
  const neuron = { theta: 10, tauSr: 10, tauRef: 10, scaleRef: 2 };
  const network = (weight: Tensor) =>
    createNetwork({ ...neuron, tauRho: 0.5, scaleRho: 2 }, 5, 17, [
      { type: "dense", weight },
    ]);
  const x = relaxed([2, 4, 1, 1, 17], 5);
  const weight = noise([3, 4, 1, 1, 1], 6);
  const silent = zeros([2, 3, 1, 1, 17]);
  const target = { tgtSpikeRegion: { start: 15, stop: 60 }, probSlidingWin: 5 };
  const { gradient, silence } = probSpikesLoss(silent, [2, 0], target, 5);
  const given = (weight: Tensor) => forwardGiven(network(weight), x, [silent]);
  const loss = (weight: Tensor) => {
    const [{ u: { data } }] = given(weight);
    const rho = 2 / (0.5 * 10);
    // The right outputs of both samples, in bins 3 to 11.
    return [2, 3].reduce((sum, row) => {
      const potentials = data.subarray(17 * row + 3, 17 * row + 12);
      return sum +
        potentials.reduce(
          (sum, u) => sum + 5 * (1 - 1 / 3) * rho * (10 - u),
          0,
        );
    }, 0);
  };
  const slopes = [{ gradient, silence }, { gradient }].map((loss) =>
    backward(network(weight), x, given(weight), loss)[0]!
  );
  agreesWithDifferences(weight, (weight) => ({
    loss: loss(weight),
    gradient: {
      shape: weight.shape,
      data: slopes[0].data.map((slope, i) => slope - slopes[1].data[i]),
    },
  }));
});

Deno.test("the oracle predicts the first of equals, and of silence", () => {
  const out = tensorOf([2, 3, 1, 1, 2], [0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
  deepStrictEqual(predict(out), [1, 0]);
});

Deno.test("the oracle's Adam and NADAM keep the largest second moment", () => {
  for (const [make, look] of [[adam, 1], [nadam, 0.9]] as const) {
    const update = make(0.5);
    const weights = Float64Array.of(0);
    update(weights, Float64Array.of(3));
    for (let t = 2; t <= 100; t++) {
      const before = weights[0];
      update(weights, Float64Array.of(0));
      const rate = 0.5 * Math.sqrt(1 - 0.999 ** t) / (1 - 0.9 ** t);
      const step = rate * look * 0.3 * 0.9 ** (t - 1) / Math.sqrt(0.009);
      ok(Math.abs(before - weights[0] - step) < 1e-4 * step);
    }
  }
});

Deno.test("the oracle bins the events of each sample by its mode", () => {
  const addressBits = 4;
  const word = (bin: number, row: number, column: number, polarity: number) =>
    bin << addressBits | (row * 3 + column) * 2 + polarity;
  const samples = [
    Uint32Array.of(
      word(0, 0, 2, 1),
      word(3, 1, 0, 0),
      word(3, 1, 0, 0),
      word(4, 0, 0, 0),
    ),
    Uint32Array.of(),
    Uint32Array.of(word(1, 1, 2, 1)),
  ];
  const found = (mode: BinningMode) => {
    const x = bin(samples, [3, 2, 2, 3, 4], mode, 0.5);
    deepStrictEqual(x.shape, [3, 2, 2, 3, 4]);
    return Object.fromEntries(
      [...x.data.entries()].filter(([, value]) => value !== 0),
    );
  };
  const on = (1 * 6 + 2) * 4;
  const off = 3 * 4 + 3;
  const last = 2 * 48 + (1 * 6 + 5) * 4 + 1;
  deepStrictEqual(found("OR"), { [on]: 0.5, [off]: 0.5, [last]: 0.5 });
  deepStrictEqual(found("SUM"), { [on]: 0.5, [off]: 1, [last]: 0.5 });
  deepStrictEqual(found("SUM_NORM"), { [on]: 0.25, [off]: 0.5, [last]: 0.5 });
});
