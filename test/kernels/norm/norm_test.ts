import { strictEqual } from "node:assert/strict";
import { stripsOf } from "../../../engine/layerwise/launches/strips.ts";
import {
  normAdjointTotal,
  normAffine,
  normApply,
  normRunning,
  normStatistics,
  normStatisticsQuads,
  normTotal,
} from "../../../kernels/norm/norm.ts";
import {
  normSampleMoments,
  normSampleSums,
} from "../../../kernels/norm/norm_samples.ts";
import { close, noise, same } from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import {
  normalise,
  normaliseAdjoint,
  statisticsOf,
} from "../../oracle/units/norm.ts";
import { type Tensor, tensorOf } from "../../oracle/tensor.ts";
import { loadModernVectors } from "../../fixtures/reference_vectors.ts";
import { fromKernel, quads, toKernel } from "../kernel_orders.ts";
import { room, run } from "../kernel_runner.ts";
import { coefficientsOf } from "../unit/cell_kernels.ts";

const EPSILON = 1e-3;

/** Means and variances before the step. */
const RUNNING = { mean: 0.25, variance: 2 };

/** Shapes, and channels of a run and strips where they are not the usual. */
const SHAPES: readonly {
  readonly shape: readonly number[];
  readonly runSize?: number;
  readonly strips?: number;
}[] = [
  { shape: [1, 1, 1, 1, 1] },
  { shape: [3, 5, 3, 3, 37] },
  { shape: [2, 6, 3, 1, 5], runSize: 2 },
  { shape: [1, 70, 2, 3, 4], strips: 5 },
  { shape: [2, 20, 8, 5, 3], strips: 40 },
];

/** Floats of channels by quads. */
function channelFloats(values: ArrayLike<number>, runSize: number) {
  return toKernel(tensorOf([1, values.length, 1, 1, 1], values), {
    run: runSize,
  });
}

/** Values of channels, from floats by quads. */
function ofChannels(floats: Float32Array, C: number, run: number): Tensor {
  return fromKernel(floats, [1, C, 1, 1, 1], { run });
}

/** The same, where what fills quads up may be anything. */
function ofChannelsAlone(floats: Float32Array, C: number, run: number): Tensor {
  const values = Array.from(
    { length: C },
    (_, c) => floats[Math.floor(c / run) * quads(run) + c % run],
  );
  return tensorOf([1, C, 1, 1, 1], values);
}

/** The words of a micro-batch, see unit.wgsl. */
function batchOf(first: number, samples: number, total: number, adds = 0) {
  return Uint32Array.of(first, samples, 0, adds, 0, 0, 0, 0, total, 1, 0, 0);
}

/** The norm of a batch that is computed in parts, and its adjoint. */
async function batchNorm(x: Tensor, dy: Tensor, options: {
  readonly gamma: ArrayLike<number>;
  readonly beta: ArrayLike<number>;
  readonly runSize?: number;
  readonly strips?: number;
  readonly scale?: number;
  readonly kept?: number;
  readonly epsilon?: number;
  readonly mean?: number;
  readonly variance?: number;
}) {
  const [N, C, H, W, T] = x.shape;
  const { runSize = C, scale = 1, kept = 1, epsilon = EPSILON } = options;
  const strips = stripsOf({ extent: { C, H, W }, runSize }, { T });
  const S = options.strips ?? strips.S;
  const constants = { ...strips, S };
  const floats = quads(C, runSize);
  const size = x.data.length / N;
  const sample = (tensor: Tensor, n: number) =>
    toKernel(
      tensorOf([1, C, H, W, T], tensor.data.subarray(n * size, (n + 1) * size)),
      { run: runSize },
    );
  // One sample after the other: each writes its own partial sums.
  let partial = room(2 * N * S * floats);
  let byQuads = partial;
  for (let n = 0; n < N; n++) {
    const batch = batchOf(n, 1, N);
    ({ partial } = await run(
      normStatistics,
      { batch, x: sample(x, n), partial },
      constants,
      [S, Math.ceil(floats / strips.channelLanes), 1],
    ));
    ({ partial: byQuads } = await run(
      normStatisticsQuads,
      { batch, xQuads: sample(x, n), partial: byQuads },
      { T, pixels: H * W, C, runSize, S },
      [Math.ceil(S * floats / 4 / normStatisticsQuads.workgroup), 1, 1],
    ));
  }
  const shape = [partial.length];
  close(tensorOf(shape, byQuads), tensorOf(shape, partial), 1e-5);
  // The samples in two micro-batches.
  const samplesOf = async (
    kernel: typeof normSampleMoments | typeof normSampleSums,
    strips: Record<string, Float32Array>,
  ) => {
    let sample = room(2 * N * floats);
    const halves = [[0, N >> 1], [N >> 1, N - (N >> 1)]] as const;
    for (const [first, count] of halves.filter(([, count]) => count > 0)) {
      ({ sample } = await run(
        kernel,
        { batch: batchOf(first, count, N), ...strips, sample },
        { T, pixels: H * W, C, runSize, S },
        [Math.ceil(floats / kernel.tile.sampleChannels), 1, count],
      ));
    }
    return sample;
  };
  const total = await run(
    normTotal,
    {
      batch: batchOf(0, N, N),
      partials: await samplesOf(normSampleMoments, { partial }),
      gamma: channelFloats(options.gamma, runSize),
      beta: channelFloats(options.beta, runSize),
      coefficients: room(4 * floats),
      runningMean: channelFloats(
        Array(C).fill(options.mean ?? RUNNING.mean),
        runSize,
      ),
      runningVar: channelFloats(
        Array(C).fill(options.variance ?? RUNNING.variance),
        runSize,
      ),
    },
    {
      T,
      pixels: H * W,
      C,
      runSize,
      epsilon,
      momentum: 0.1,
      scale,
      kept,
    },
    [floats, 1, 1],
  );
  const row = (column: number) =>
    ofChannels(
      total.coefficients.filter((_, i) => i % 4 === column),
      C,
      runSize,
    );
  // What is over of a quad has a scale of 0, and no other matters.
  const [a, b] = [row(0), row(1)];
  const xhatOf = (c: number) => {
    const at = 4 * (Math.floor(c / runSize) * quads(runSize) + c % runSize);
    return (value: number) =>
      (value - total.coefficients[at + 2]) * total.coefficients[at + 3];
  };
  const sums = new Float32Array(2 * N * S * floats);
  dy.data.forEach((d, i) => {
    const c = Math.floor(i / (H * W * T)) % C;
    const n = Math.floor(i / size);
    // Any strip will do: they are all summed.
    const strip = (n + c) % S;
    const at = (n * S + strip) * floats +
      Math.floor(c / runSize) * quads(runSize) + c % runSize;
    sums[2 * at] += d;
    sums[2 * at + 1] += d * xhatOf(c)(x.data[i]);
  });
  const back = await run(
    normAdjointTotal,
    {
      batch: batchOf(0, N, N, 1),
      sums: await samplesOf(normSampleSums, { sums }),
      coefficient: total.coefficients,
      back: room(3 * floats),
      dgamma: channelFloats(Array(C).fill(1), runSize),
      dbeta: channelFloats(Array(C).fill(2), runSize),
    },
    { T, pixels: H * W, C, runSize, normalises: 1 },
    [floats, 1, 1],
  );
  const drive = toKernel(x, { run: runSize });
  const { quads: dx } = await run(
    normApply,
    {
      factors: back.back,
      xQuads: drive,
      quads: toKernel(dy, { run: runSize }),
    },
    { T, pixels: H * W, C, runSize },
    [2, 1, N],
  );
  const channels = (floats: Float32Array) => ofChannels(floats, C, runSize);
  const y = tensorOf(
    x.shape,
    x.data.map((value, i) => {
      const c = Math.floor(i / (H * W * T)) % C;
      return a.data[c] * value + b.data[c];
    }),
  );
  return { total, back, y, dx, a, runSize, channels };
}

/** Adds a number to all elements. */
function plus({ shape, data }: Tensor, by: number): Tensor {
  return tensorOf(shape, data.map((value) => value + by));
}

gpuTest("batch norm is its twin's, forward and backward", async () => {
  for (const { shape, ...place } of SHAPES) {
    const [, C] = shape;
    // Large means would lose digits in a sum of squares.
    const x = plus(noise(shape, 3), shape[4] > 1 ? 30 : 0.5);
    const dy = noise(shape, 4);
    const gamma = Array.from({ length: C }, (_, c) => 1 - c % 3);
    const beta = Array.from({ length: C }, (_, c) => 1 + c % 4);
    const affine = { gamma, beta, epsilon: EPSILON };
    const found = await batchNorm(x, dy, { gamma, beta, ...place });
    close(found.y, normalise(x, affine), 3e-5);
    const twin = normaliseAdjoint(dy, x, affine);
    const { runSize } = found;
    const own = twin.dx.data.some((d) => Math.abs(d) > 1e-9);
    strictEqual(own, x.data.length > C);
    if (own) {
      close(fromKernel(found.dx, shape, { run: runSize }), twin.dx, 3e-5);
    }
    const channels = (values: readonly number[], plus: number) =>
      tensorOf([1, C, 1, 1, 1], values.map((value) => value + plus));
    close(
      ofChannelsAlone(found.back.dbeta, C, runSize),
      channels(twin.dbeta, 2),
      1e-5,
    );
    close(
      ofChannelsAlone(found.back.dgamma, C, runSize),
      channels(twin.dgamma, 1),
      1e-4,
    );
    const { mean, unbiased } = statisticsOf(x);
    close(
      found.channels(found.total.runningMean),
      channels(mean.map((m) => 0.9 * RUNNING.mean + 0.1 * m), 0),
    );
    close(
      found.channels(found.total.runningVar),
      channels(unbiased.map((v) => 0.9 * RUNNING.variance + 0.1 * v), 0),
      1e-5,
    );
  }
});

gpuTest("batch norm is PyTorch's", async () => {
  const { params, tensors } = loadModernVectors<{ eps: number }>("batch_norm");
  const { x, y, weight, bias, gout, gin, gw, gb } = tensors;
  const found = await batchNorm(x, gout, {
    gamma: weight.data,
    beta: bias.data,
    epsilon: params.eps,
    mean: 0,
    variance: 1,
  });
  close(found.y, y, 3e-6);
  close(fromKernel(found.dx, x.shape, { run: 3 }), gin, 3e-6);
  close(plus(tensorOf([3], found.back.dgamma.slice(0, 3)), -1), gw, 3e-6);
  close(plus(tensorOf([3], found.back.dbeta.slice(0, 3)), -2), gb, 3e-6);
  const { runningMean, runningVar } = found.total;
  close(tensorOf([3], runningMean.slice(0, 3)), tensors.running_mean);
  close(tensorOf([3], runningVar.slice(0, 3)), tensors.running_var);
});

gpuTest(
  "batch norm sees spikes of any height, and those that dropout left",
  async () => {
    const shape = [2, 3, 2, 2, 6];
    const x = noise(shape, 1);
    const gamma = [1, 2, 3];
    const beta = [0, 1, -1];
    const [scale, kept] = [0.25, 0.5];
    const found = await batchNorm(x, noise(shape, 2), {
      gamma,
      beta,
      scale,
      kept,
    });
    const higher = tensorOf(shape, x.data.map((value) => value * scale / kept));
    close(found.y, normalise(higher, { gamma, beta, epsilon: EPSILON }), 3e-6);
    const { dx } = normaliseAdjoint(noise(shape, 2), higher, {
      gamma,
      beta,
      epsilon: EPSILON,
    });
    close(
      fromKernel(found.dx, shape, { run: 3 }),
      tensorOf(shape, dx.data.map((value) => value * scale / kept)),
      1e-5,
    );
    const { mean } = statisticsOf(higher);
    close(
      found.channels(found.total.runningMean),
      tensorOf([1, 3, 1, 1, 1], mean.map((m) => 0.225 + 0.1 * m)),
    );
  },
);

gpuTest("in evaluation the running statistics normalise", async () => {
  const [C, runSize, scale] = [6, 3, 0.5];
  const random = (seed: number) => noise([C], seed).data;
  const [gamma, beta, mean] = [random(1), random(2), random(3)];
  const variance = random(4).map(Math.abs);
  const floats = quads(C, runSize);
  const { coefficients } = await run(
    normRunning,
    {
      gamma: channelFloats(gamma, runSize),
      beta: channelFloats(beta, runSize),
      runningMean: channelFloats(mean, runSize),
      runningVar: channelFloats(variance, runSize),
      coefficients: room(4 * floats),
    },
    { C, runSize, epsilon: EPSILON, scale },
    [1, 1, 1],
  );
  const x = noise([1, C, 1, 1, 3], 5);
  const higher = tensorOf(x.shape, x.data.map((value) => scale * value));
  const y = normalise(higher, { gamma, beta, epsilon: EPSILON }, {
    mean: [...mean],
    variance: [...variance],
  });
  const actual = tensorOf(
    x.shape,
    x.data.map((value, i) => {
      const c = Math.floor(i / 3);
      const at = 4 * (Math.floor(c / runSize) * 4 + c % runSize);
      return coefficients[at] * value + coefficients[at + 1];
    }),
  );
  close(actual, y, 3e-6);
});

gpuTest(
  "without a norm drives have the height of spikes, and a bias",
  async () => {
    const beta = [1, -2, 3];
    for (const trains of [0, 1]) {
      const { coefficients } = await run(
        normAffine,
        {
          batch: batchOf(0, 1, 1).with(9, trains),
          beta: channelFloats(beta, 3),
          coefficients: room(16),
        },
        { C: 3, runSize: 3, scale: 3, kept: 0.75 },
        [1, 1, 1],
      );
      const height = trains ? 4 : 3;
      same(
        coefficients,
        coefficientsOf([...beta, 0].map((b) => [height, b, 0, 0]), 4),
      );
    }
    const { back, dbeta } = await run(
      normAdjointTotal,
      {
        batch: batchOf(0, 2, 2),
        sums: Float32Array.from({ length: 16 }, (_, i) => i),
        coefficient: coefficientsOf([[3, 1, 0, 0]], 1),
        back: room(16),
        dgamma: room(4),
        dbeta: room(4),
      },
      { T: 2, pixels: 1, C: 1, runSize: 1, normalises: 0 },
      [1, 1, 1],
    );
    same([back[0], back[4], back[8]], [3, 0, 0]);
    strictEqual(dbeta[0], 0 + 8);
  },
);
