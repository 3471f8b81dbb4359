import { ok } from "node:assert/strict";
import { close, counts, noise, same } from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import {
  type Leaky,
  leakyAdjoint,
  leakyForward,
} from "../../oracle/units/leaky.ts";
import {
  LEAKY_VECTORS,
  leakyVectors,
} from "../../oracle/units/leaky_vectors.ts";
import { poolCounts, poolCountsAdjoint } from "../../oracle/units/raster.ts";
import { type Tensor, tensorOf } from "../../oracle/tensor.ts";
import {
  type BackOptions,
  type CellOptions,
  fireCells,
  fireCellsBack,
} from "./cell_kernels.ts";

/** Gradients, which sum over time and depend on potentials of float32. */
const TOLERANCE = 5e-6;

const NEURON: Leaky = {
  threshold: 0.5,
  tau: 2.5,
  rest: -0.125,
  reset: "hard",
  decayInput: true,
  detachReset: true,
  surrogate: "arctangent",
  steepness: 2,
};

/** Shapes, and channels of a run and strips where they are not the usual. */
const SHAPES: readonly {
  readonly shape: readonly number[];
  readonly runSize?: number;
  readonly strips?: number;
}[] = [
  { shape: [1, 1, 1, 1, 1] },
  { shape: [1, 6, 3, 1, 70], runSize: 2 },
  { shape: [2, 70, 3, 1, 32] },
  { shape: [2, 5, 5, 7, 3], strips: 1 },
  { shape: [2, 72, 3, 2, 32] },
  { shape: [2, 8, 5, 7, 3], runSize: 4, strips: 2 },
];

/** Factor, summand, mean and inverse of each channel. */
function mapsOf(C: number): number[][] {
  return Array.from({ length: C }, (_, c) => [
    1.5 + c % 3,
    0.25 * (c % 5),
    0.125 * (c % 4),
    2 - c % 2,
  ]);
}

/** Applies a · x + b, or with other columns another map. */
function mapped(x: Tensor, of: (value: number, c: number) => number): Tensor {
  const [, C, H, W, T] = x.shape;
  return tensorOf(
    x.shape,
    x.data.map((value, i) => of(value, Math.floor(i / (H * W * T)) % C)),
  );
}

function drivesOf(x: Tensor, { coefficients }: CellOptions): Tensor {
  return mapped(
    x,
    (value, c) => coefficients[c][0] * value + coefficients[c][1],
  );
}

gpuTest("neurons of a unit fire as their twin does", async () => {
  for (const { shape, ...place } of SHAPES) {
    const options = { ...place, coefficients: mapsOf(shape[1]) };
    const x = noise(shape, shape[4]);
    const twin = leakyForward(drivesOf(x, options), NEURON);
    const { spikes, u } = await fireCells(x, NEURON, options);
    same(spikes.data, twin.spikes.data);
    close(u, twin.u);
  }
});

gpuTest("neurons of a unit fire and learn as SpikingJelly's do", async () => {
  for (const name of LEAKY_VECTORS) {
    const { neuron, tensors: { x, s, gout, gin, gw } } = leakyVectors(name);
    const coefficients = Array.from({ length: x.shape[1] }, () => [1, 0, 0, 1]);
    const { spikes } = await fireCells(x, neuron, { coefficients });
    same(spikes.data, s.data);
    const { dy, dw } = await fireCellsBack(gout, x, neuron, { coefficients });
    close(dy, gin, TOLERANCE);
    if (gw) close(tensorOf([1], [dw[0]]), gw, TOLERANCE);
  }
});

/** Compares a unit's gradients with those of its twin. */
async function requireBack(
  neuron: Leaky,
  shape: readonly number[],
  options: BackOptions,
): Promise<void> {
  const { coefficients, window = 1, shortcut, pressure = 0 } = options;
  const x = noise(shape, shape[4]);
  const twin = leakyForward(drivesOf(x, options), neuron);
  const pooling = { kind: "max", window } as const;
  const { spikes } = twin;
  const pooled = poolCounts(spikes, pooling);
  const above = noise(pooled.shape, 3);
  const found = await fireCellsBack(above, x, neuron, {
    ...options,
    ...(window > 1 && {
      routes: poolCountsAdjoint(
        tensorOf(pooled.shape, pooled.data.map(() => 1)),
        spikes,
        pooling,
      ),
    }),
  });
  let ds = poolCountsAdjoint(above, spikes, pooling);
  if (shortcut) {
    const { spikes: others, join } = shortcut;
    const through = ds;
    const gates = join === "gate";
    close(
      found.dshortcut,
      tensorOf(
        shape,
        through.data.map((d, i) => gates ? d * (1 - spikes.data[i]) : d),
      ),
    );
    ds = tensorOf(
      shape,
      through.data.map((d, i) => gates ? -d * others.data[i] : d),
    );
  }
  ds = tensorOf(shape, ds.data.map((d) => d + pressure));
  const { dx: dy, dw } = leakyAdjoint(ds, twin, neuron);
  if (neuron.learns) {
    const expected = [...dw, 0, 0, 0].slice(0, 4);
    close(tensorOf([4], found.dw), tensorOf([4], expected), TOLERANCE);
  }
  close(found.dy, dy, TOLERANCE);
  const xhat = mapped(
    x,
    (value, c) => (value - coefficients[c][2]) * coefficients[c][3],
  );
  const [, C, H, W, T] = shape;
  const sums = Array.from({ length: C }, () => [0, 0]);
  dy.data.forEach((d, i) => {
    const sum = sums[Math.floor(i / (H * W * T)) % C];
    sum[0] += d;
    sum[1] += d * xhat.data[i];
  });
  close(
    tensorOf([2 * C], found.sums.flat()),
    tensorOf([2 * C], sums.flat()),
    TOLERANCE,
  );
}

gpuTest(
  "a unit's adjoint is that of its twin, whatever its shape",
  async () => {
    for (const { shape, ...place } of SHAPES) {
      const options = { ...place, coefficients: mapsOf(shape[1]) };
      await requireBack(NEURON, shape, options);
      // Sums of all channels, which take several workgroups here.
      if (shape[1] < 65) continue;
      await requireBack({ ...NEURON, learns: true }, shape, options);
      for (
        const both of [
          { tauSyn: 2.5 },
          { adaptation: 0.75, tauAdaptation: 2.5 },
        ]
      ) {
        const neuron = { ...NEURON, ...both, learns: true };
        await requireBack(neuron, shape, options);
      }
    }
  },
);

// SpikingJelly's have the others.
gpuTest("each surrogate and reset has its twin's gradient", async () => {
  const shape = [2, 3, 2, 1, 35];
  const current = { tauSyn: 3 };
  const adaptive = { adaptation: 0.75, tauAdaptation: 2.5 };
  const through = { detachReset: false };
  const variants: readonly Partial<Leaky>[] = [
    { surrogate: "exponential", reset: "soft", detachReset: false },
    { surrogate: "fast sigmoid", detachReset: false, decayInput: false },
    { surrogate: "triangle", reset: "soft", tau: Infinity, decayInput: false },
    { ...current, ...through, surrogate: "sigmoid" },
    { ...current, reset: "soft", decayInput: false },
    { reset: "delayed", decayInput: false },
    { ...current, ...through, reset: "delayed" },
    { ...adaptive, ...through, reset: "delayed" },
    { learns: true, ...through, decayInput: false },
    { learns: true, ...current, ...through },
    { learns: true, ...current, reset: "soft", decayInput: false },
    { learns: true, ...adaptive, ...through },
    { learns: true, ...adaptive, reset: "soft", decayInput: false },
    { ...adaptive, ...through, decayInput: false },
    { ...adaptive, ...through, reset: "soft", surrogate: "exponential" },
  ];
  for (const variant of variants) {
    const neuron = { ...NEURON, ...variant };
    const options = { coefficients: mapsOf(3) };
    const x = drivesOf(noise(shape, shape[4]), options);
    const twin = leakyForward(x, neuron);
    ok(twin.spikes.data.includes(1) && twin.spikes.data.includes(0));
    const { spikes, u } = await fireCells(
      noise(shape, shape[4]),
      neuron,
      options,
    );
    same(spikes.data, twin.spikes.data);
    close(u, twin.u);
    await requireBack(neuron, shape, options);
  }
});

gpuTest("a unit's gradient goes to the spikes that were pooled", async () => {
  for (
    const [H, W, window, C, T] of [
      [5, 7, 2, 3, 33],
      [7, 4, 3, 3, 33],
      [5, 7, 2, 4, 19],
    ]
  ) {
    await requireBack(NEURON, [2, C, H, W, T], {
      window,
      coefficients: mapsOf(C),
      ...(C === 4 && { pressure: 0.25 }),
    });
  }
});

gpuTest("a residual unit hands gradients to both of its parts", async () => {
  const shape = [2, 6, 2, 3, 35];
  const spikes = counts(shape, 4, 0.4);
  const coefficients = mapsOf(6);
  for (
    const shortcut of [
      { spikes, join: "add", runSize: 2 },
      { spikes, join: "gate", runSize: 6 },
    ] as const
  ) {
    await requireBack(NEURON, shape, { coefficients, shortcut });
  }
  await requireBack(NEURON, shape, {
    coefficients,
    window: 2,
    shortcut: { spikes, join: "gate", runSize: 3 },
    pressure: 0.25,
  });
});
