import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { DenseLayer } from "../../../engine/layers/dense.ts";
import { gradientShares } from "../../../engine/layers/dense_tiling.ts";
import { transposeForward } from "../../../kernels/input/transpose_spikes.ts";
import {
  close,
  counts,
  equalInner,
  noise,
  same,
} from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { pack } from "../kernel_orders.ts";
import { run } from "../kernel_runner.ts";
import {
  dense,
  denseInputGradient,
  denseWeightGradient,
} from "../../oracle/layers/dense.ts";
import { reshape, type Tensor, tensorOf, zeros } from "../../oracle/tensor.ts";
import { fc } from "../../fixtures/properties.ts";
import { loadVectors } from "../../fixtures/reference_vectors.ts";
import { adjoint, forward, relayed } from "./synapse_kernels.ts";
import { layerFor } from "./synapse_setting.ts";
import { gradient } from "./weight_kernels.ts";

/** The layer that has such weights on such inputs. */
function layerOf(x: Tensor, w: Tensor) {
  return layerFor({ dense: w.shape[0] }, x.shape);
}

for (const name of ["dense_1d", "dense_3d"]) {
  gpuTest(`dense() and its adjoints agree with ${name}`, async () => {
    const { x, weight, gout, y, gin, gw } = loadVectors(name).tensors;
    const layer = layerOf(x, weight);
    close(await forward(layer, x, weight), y);
    close(await adjoint(layer, gout, weight), gin);
    close(await gradient(layer, x, gout, weight), gw);
  });
}

/** Shapes [N, C, H, W, T], outputs, and bit planes. */
const CASES: [why: string, x: number[], O: number, P: number][] = [
  ["one of everything", [1, 1, 1, 1, 1], 1, 1],
  ["31 bins", [2, 2, 3, 5, 31], 3, 1],
  ["32 bins", [3, 5, 1, 1, 32], 19, 1],
  ["33 bins, many outputs", [1, 3, 1, 3, 33], 301, 1],
  ["65 inputs and bins", [1, 5, 13, 1, 65], 17, 1],
  ["300 bins", [1, 2, 3, 1, 300], 5, 1],
  ["more spikes than are listed at once", [3, 2, 3, 1, 3000], 5, 1],
  ["more than 2048 inputs", [1, 3, 25, 28, 9], 6, 1],
  ["counted events", [2, 2, 3, 5, 33], 7, 8],
  ["counted events, more than 64 words", [3, 1, 3, 1, 100], 5, 8],
];

for (const [why, xShape, O, P] of CASES) {
  gpuTest(
    `dense() and its adjoints agree with the oracle, ${why}`,
    async () => {
      const x = counts(xShape, 1, 0.6, P === 1 ? 1 : 255);
      ok(x.data.some((spikes) => spikes > 0));
      const I = xShape[1] * xShape[2] * xShape[3];
      const w = noise([O, ...xShape.slice(1, 4), 1], 2);
      const layer = layerOf(x, w);
      const y = await forward(layer, x, w, { P });
      // Some sums are of more than a thousand terms.
      close(y, dense(x, w), I > 2048 ? 3e-6 : 1e-6);
      const d = noise(y.shape, 3);
      for (const software of [false, true]) {
        const dx = await adjoint(layer, d, w, { software });
        close(dx, denseInputGradient(d, w, xShape));
        equalInner(y, d, x, dx);
        const dw = await gradient(layer, x, d, w, { P, software });
        const many = xShape[0] * xShape[4] > 2048;
        close(dw, denseWeightGradient(x, d, w.shape), many ? 3e-6 : 1e-6);
        equalInner(y, d, w, dw);
      }
    },
  );
}

for (const F of [1, 31, 32, 33, 64, 70]) {
  gpuTest(`transpose() packs bins along ${F} neurons`, async () => {
    const [N, T, P] = [2, 70, 8];
    const B = Math.ceil(T / 32);
    const whole = 32 * Math.ceil(F / 32);
    const x = counts([N, F, 1, 1, T], 1, 0.4, 255);
    for (const groups of [1, 9]) {
      const { neuronPacked } = await run(
        transposeForward,
        {
          spikes: pack(x, 1, P),
          neuronPacked: new Uint32Array(N * P * B * whole).fill(~0),
        },
        { F },
        [groups, P * B, N],
      );
      const bits = (n: number, p: number, f: number, t: number) => {
        const block = ((n * P + p) * B + (t >> 5)) * whole + (f & ~31);
        return (neuronPacked[block + (t & 31)] >>> (f & 31)) & 1;
      };
      const found = zeros(x.shape);
      for (let n = 0; n < N; n++) {
        for (let f = 0; f < whole; f++) {
          for (let t = 0; t < 32 * B; t++) {
            let count = 0;
            for (let p = 0; p < P; p++) count += bits(n, p, f, t) << p;
            if (f >= F || t >= T) strictEqual(count, 0);
            else found.data[(n * F + f) * T + t] = count;
          }
        }
      }
      same(found.data, x.data);
    }
  });
}

gpuTest("dense() adds up whoever counts events of a whole sensor", async () => {
  const x = counts([1, 2, 128, 128, 1], 1, 0.1, 255);
  const w = noise([1, 2, 128, 128, 1], 1);
  const y = await forward(layerOf(x, w), x, w, { P: 8 });
  close(y, dense(x, w), 1e-5);
});

gpuTest("dense() scales with the height of a spike", async () => {
  const x = counts([1, 2, 3, 4, 8], 1);
  const w = noise([3, 2, 3, 4, 1], 2);
  const layer = layerOf(x, w);
  const y = await relayed(layer, x, w, { height: 0.2 });
  const fifth = { shape: x.shape, data: x.data.map((spike) => 0.2 * spike) };
  close(y, dense(fifth, w));
  const d = noise(y.shape, 3);
  const dw = await gradient(layer, x, d, w, { height: 0.2 });
  close(dw, denseWeightGradient(fifth, d, w.shape));
});

gpuTest("dense() of silence is 0", async () => {
  const x = counts([2, 2, 3, 5, 31], 1, 0);
  const w = noise([3, 2, 3, 5, 1], 2);
  const layer = layerOf(x, w);
  const y = await forward(layer, x, w);
  deepStrictEqual(y, dense(x, w));
  const dw = await gradient(layer, x, noise(y.shape, 3), w);
  deepStrictEqual(dw, denseWeightGradient(x, y, w.shape));
});

for (
  const [shared, shape, O, T] of [
    [16, [3, 4], 7, 300],
    [1, [16, 16], 600, 33],
  ] as const
) {
  gpuTest(
    `dense() sums its gradient alike however a batch is cut, by ${shared}`,
    async () => {
      const x = counts([5, 2, ...shape, T], 1);
      const d = noise([5, O, 1, 1, T], 2);
      const w = noise([O, 2, ...shape, 1], 2);
      const layer = layerOf(x, w) as DenseLayer;
      const { splits } = gradientShares(layer);
      strictEqual(splits, shared);
      for (const software of [false, true]) {
        const whole = await gradient(layer, x, d, w, { software });
        close(whole, denseWeightGradient(x, d, w.shape));
        for (const cuts of [[1, 2, 3, 4], [2, 4], [3]]) {
          const cut = await gradient(layer, x, d, w, { cuts, software });
          same(cut.data, whole.data);
        }
      }
    },
  );
}

gpuTest("dense() hands gradients to neurons in runs of quads", async () => {
  const x = counts([2, 6, 5, 3, 65], 1);
  const w = noise([7, 6, 5, 3, 1], 2);
  const layer = layerOf(x, w);
  const d = noise([2, 7, 1, 1, 65], 3);
  const dx = await adjoint(layer, d, w);
  for (const below of [6, 3, 2, 1]) {
    same((await adjoint(layer, d, w, { below })).data, dx.data);
  }
});

gpuTest("dense() strides where workgroups are few", async () => {
  const x = counts([1, 3, 11, 17, 9], 1);
  const w = noise([70, 3, 11, 17, 1], 2);
  const layer = layerOf(x, w);
  const groups = 2;
  const y = await forward(layer, x, w);
  same((await forward(layer, x, w, { groups })).data, y.data);
  const d = noise(y.shape, 3);
  const dx = await adjoint(layer, d, w);
  same((await adjoint(layer, d, w, { groups })).data, dx.data);
  const dw = await gradient(layer, x, d, w);
  same((await gradient(layer, x, d, w, { groups })).data, dw.data);
});

gpuTest("dense() does not care how its inputs are arranged", async () => {
  const x = counts([2, 1, 5, 4, 20], 1);
  const w = noise([6, 1, 5, 4, 1], 2);
  const flat = reshape(x, [2, 1, 1, 20, 20]);
  const v = reshape(w, [6, 1, 1, 20, 1]);
  const y = await forward(layerOf(flat, v), flat, v);
  same((await forward(layerOf(x, w), x, w)).data, y.data);
});

gpuTest("dense() is linear in spikes and in weights", async () => {
  const xShape = [2, 2, 3, 5, 33];
  const wShape = [7, 2, 3, 5, 1];
  const sum = (a: Tensor, b: Tensor) =>
    tensorOf(a.shape, a.data.map((value, i) => value + b.data[i]));
  const layer = layerFor({ dense: 7 }, xShape);
  const options = { P: 8 };
  await fc.assert(
    fc.asyncProperty(fc.nat(99), fc.nat(99), async (one, other) => {
      const [x, z] = [one, other].map((seed) => counts(xShape, seed, 0.4, 99));
      const [w, v] = [one, other].map((seed) => noise(wShape, seed + 0.1));
      const [xw, zw, xv] = await Promise.all([
        forward(layer, x, w, options),
        forward(layer, z, w, options),
        forward(layer, x, v, options),
      ]);
      close(await forward(layer, sum(x, z), w, options), sum(xw, zw));
      close(await forward(layer, x, sum(w, v), options), sum(xw, xv));
    }),
    { seed: 4, numRuns: 5 },
  );
});
