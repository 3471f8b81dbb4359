import { deepStrictEqual, ok } from "node:assert/strict";
import type { ConvLayer } from "../../../engine/layers/conv_shapes.ts";
import { convAdjointDirect } from "../../../kernels/layers/conv_adjoint.ts";
import {
  convGradientSparse,
  convGradientTotal,
} from "../../../kernels/layers/conv_gradient.ts";
import {
  close,
  counts,
  equalInner,
  noise,
  same,
} from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { fromKernel, pack, quads, toKernel } from "../kernel_orders.ts";
import { weightsFromKernel, weightsToKernel } from "../kernel_orders.ts";
import { batchOf, room, run as runKernel } from "../kernel_runner.ts";
import {
  conv,
  convInputGradient,
  convWeightGradient,
  type Geometry,
} from "../../oracle/layers/conv.ts";
import { type Tensor, tensorOf } from "../../oracle/tensor.ts";
import { fc } from "../../fixtures/properties.ts";
import { loadVectors } from "../../fixtures/reference_vectors.ts";
import { adjoint, forward, relayed } from "./synapse_kernels.ts";
import { layerFor } from "./synapse_setting.ts";
import { gradient } from "./weight_kernels.ts";

/** The layer that has such weights on such inputs. */
function layerOf(x: Tensor, w: Tensor, geometry: Geometry) {
  const [out, , kh, kw] = w.shape;
  return layerFor({ conv: { out, kernel: [kh, kw], ...geometry } }, x.shape);
}

for (const name of ["3_dil2", "3_groups2", "3_stride2", "5_pad2", "rect"]) {
  gpuTest(`conv() and its adjoints agree with conv_${name}`, async () => {
    const { params, tensors } = loadVectors<Geometry>(`conv_${name}`);
    const { stride, padding, dilation, groups } = params;
    const { x, weight, gout, y, gin, gw } = tensors;
    const geometry = { stride, padding, dilation, groups };
    const layer = layerOf(x, weight, geometry);
    close(await forward(layer, x, weight), y);
    close(await adjoint(layer, gout, weight), gin);
    close(await gradient(layer, x, gout, weight), gw);
  });
}

/** Runs the adjoint that does not gather outputs in tiles. */
async function directAdjoint(
  dy: Tensor,
  w: Tensor,
  geometry: Geometry,
  xShape: readonly number[],
  run?: number,
): Promise<Tensor> {
  const [N, C, H, W, T] = xShape;
  const [OC, , KH, KW] = w.shape;
  const [, , OH, OW] = dy.shape;
  const layer = layerOf({ ...dy, shape: xShape }, w, geometry) as ConvLayer;
  const { stride, padding, dilation, groups } = layer;
  const row = quads(C * H * W, run);
  const { dx } = await runKernel(
    convAdjointDirect,
    {
      w: weightsToKernel(w, groups),
      dy: toKernel(dy, { run: OC / groups }),
      dx: room(N * T * row),
    },
    {
      T,
      sampleRows: T,
      H,
      W,
      C,
      OH,
      OW,
      OC,
      KH,
      KW,
      G: groups,
      ...{ strideY: stride[0], strideX: stride[1] },
      ...{ padY: padding[0], padX: padding[1] },
      ...{ dilationY: dilation[0], dilationX: dilation[1] },
      ...{ inRun: run ?? C * H * W, inRow: row },
    },
    [2, Math.ceil(T / 8), N],
  );
  return fromKernel(dx, xShape, { run, over: NaN });
}

/** Shapes [N, C, H, W, T] and [O, C / groups, kh, kw, 1], and bit planes. */
const CASES: [why: string, x: number[], w: number[], Geometry, P?: number][] = [
  ["one bin, one sample", [1, 1, 3, 3, 1], [1, 1, 3, 3, 1], {}],
  ["one pixel", [1, 2, 1, 1, 8], [3, 2, 1, 1, 1], {}],
  ["31 bins, rectangular", [2, 3, 5, 7, 31], [5, 3, 1, 3, 1], {
    ...{ stride: [2, 1], padding: [1, 2] },
  }],
  ["32 bins, all at once", [2, 6, 7, 6, 32], [9, 2, 3, 2, 1], {
    ...{ stride: [1, 2], padding: [2, 1], dilation: [2, 3], groups: 3 },
  }],
  ["33 bins, a group a channel", [1, 5, 4, 5, 33], [10, 1, 3, 3, 1], {
    ...{ padding: 1, groups: 5 },
  }],
  ["300 bins", [1, 2, 4, 3, 300], [3, 2, 2, 2, 1], {}],
  ["padding beyond the kernel", [1, 2, 2, 3, 9], [2, 2, 2, 2, 1], {
    ...{ padding: [4, 3], stride: 3 },
  }],
  ["inputs that no output sees", [1, 2, 9, 19, 5], [2, 2, 1, 2, 1], {
    stride: [4, 5],
  }],
  ["many channels", [1, 22, 4, 9, 9], [18, 11, 3, 2, 1], {
    ...{ padding: 1, groups: 2 },
  }],
  ["more than a tile", [1, 3, 19, 18, 7], [7, 3, 3, 3, 1], {
    ...{ stride: [3, 2], padding: [2, 0] },
  }],
  ["more columns than a tile", [1, 9, 10, 21, 9], [5, 9, 3, 5, 1], {
    padding: [1, 2],
  }],
  ["tiles of odd sides", [1, 2, 17, 34, 5], [3, 2, 3, 3, 1], { padding: 1 }],
  ["a long row", [1, 2, 1, 250, 5], [3, 2, 1, 3, 1], {}],
  ["a wide kernel", [1, 2, 3, 12, 6], [2, 2, 9, 11, 1], {
    ...{ padding: [8, 10], dilation: [1, 2] },
  }],
  ["counted events", [2, 2, 6, 5, 33], [7, 2, 3, 3, 1], { padding: 1 }, 8],
  ["more maps than a workgroup's", [1, 3, 4, 5, 33], [70, 3, 2, 2, 1], {}],
  ["groups of odd size", [2, 9, 5, 4, 33], [15, 3, 2, 3, 1], { groups: 3 }],
  ["taps far apart", [1, 2, 14, 13, 9], [3, 2, 5, 5, 1], {
    ...{ padding: 6, dilation: 3 },
  }],
  ["taps that begin and end within words", [1, 24, 4, 5, 33], [
    ...[3, 24, 3, 3, 1],
  ], { padding: 1 }],
  ["a row of taps of many words", [1, 120, 3, 4, 33], [3, 120, 3, 3, 1], {}],
  ["rows far apart", [1, 3, 12, 6, 34], [9, 3, 3, 4, 1], {
    ...{ padding: [4, 2], dilation: [3, 1] },
  }],
];

for (const [why, xShape, wShape, geometry, P = 1] of CASES) {
  gpuTest(`conv() and its adjoints agree with the oracle, ${why}`, async () => {
    const x = counts(xShape, 1, 0.5, P === 1 ? 1 : 255);
    ok(x.data.some((spikes) => spikes > 0));
    const w = noise(wShape, 2);
    const layer = layerOf(x, w, geometry);
    const y = await forward(layer, x, w, { P });
    close(y, conv(x, w, geometry));
    same((await forward(layer, x, w, { P, software: true })).data, y.data);
    const d = noise(y.shape, 3);
    const dx = await adjoint(layer, d, w);
    const expected = convInputGradient(d, w, geometry, xShape);
    close(dx, expected);
    close(await adjoint(layer, d, w, { software: true }), expected);
    close(await directAdjoint(d, w, geometry, xShape), expected);
    equalInner(y, d, x, dx);
    for (const software of [false, true]) {
      const dw = await gradient(layer, x, d, w, { P, software });
      close(dw, convWeightGradient(x, d, geometry, wShape));
      equalInner(y, d, w, dw);
    }
  });
}

gpuTest("conv() scales with the height of a spike", async () => {
  const x = counts([1, 2, 5, 4, 8], 1);
  const w = noise([3, 2, 3, 3, 1], 2);
  const layer = layerOf(x, w, {});
  const y = await relayed(layer, x, w, { height: 0.2 });
  const fifth = { shape: x.shape, data: x.data.map((spike) => 0.2 * spike) };
  close(y, conv(fifth, w));
  const d = noise(y.shape, 3);
  const dw = await gradient(layer, x, d, w, { height: 0.2 });
  close(dw, convWeightGradient(fifth, d, {}, w.shape));
});

gpuTest("conv() of silence is 0", async () => {
  const x = counts([1, 2, 4, 3, 300], 1, 0);
  const w = noise([3, 2, 2, 2, 1], 2);
  const layer = layerOf(x, w, {});
  const y = await forward(layer, x, w);
  deepStrictEqual(y, conv(x, w));
  const dw = await gradient(layer, x, noise(y.shape, 3), w);
  deepStrictEqual(dw, convWeightGradient(x, y, {}, w.shape));
});

gpuTest(
  "conv() sums the weights' gradient alike however it is cut",
  async () => {
    const x = counts([5, 4, 6, 5, 33], 1);
    const w = noise([6, 2, 3, 3, 1], 2);
    const layer = layerOf(x, w, { padding: 1, groups: 2 });
    const d = noise([5, 6, 6, 5, 33], 2);
    const whole = await gradient(layer, x, d, w);
    for (const cuts of [[1, 2, 3, 4], [2, 4], [3]]) {
      same((await gradient(layer, x, d, w, { cuts })).data, whole.data);
    }
  },
);

gpuTest("conv() may sum strips of the weights' gradient apart", async () => {
  const [N, C, H, W, T] = [2, 4, 12, 9, 33];
  const shape = [6, 2, 3, 2, 1];
  const [OC, , KH, KW] = shape;
  const x = counts([N, C, H, W, T], 1);
  const d = noise([N, OC, 10, 8, T], 2);
  const size = quads(OC, OC / 2) * 2 * KH * KW;
  const expected = convWeightGradient(x, d, { groups: 2 }, shape);
  for (const S of [1, 6, 63, 64, 65]) {
    const geometry = { H, W, C, OH: 10, OW: 8, OC, KH, KW, G: 2 };
    const { stripSum } = await runKernel(
      convGradientSparse,
      {
        inputs: pack(x),
        dy: toKernel(d, { run: OC / 2 }),
        stripSum: room(N * S * size),
      },
      { T, sampleRows: T, ...geometry, S },
      [1, S, N],
    );
    const { dw } = await runKernel(
      convGradientTotal,
      {
        batch: batchOf([0, N]),
        stripSums: stripSum,
        dw: room(size),
        weights: room(size),
        ...{ m: room(size), v: room(size), vMax: room(size) },
      },
      { C, OC, KH, KW, G: 2, S, quads: S % 2 === 0 ? 8 : 2 },
      [3, 1, 1],
    );
    close(weightsFromKernel(dw, shape, 2), expected);
  }
});

gpuTest("conv() has the same bits where many inputs spike", async () => {
  for (const [P, groups, T] of [[1, 1, 70], [2, 2, 45]]) {
    const x = counts([2, 6, 9, 7, T], 1, 0.4, P);
    const w = noise([10, 6 / groups, 3, 3, 1], 2);
    const layer = layerOf(x, w, { groups, padding: 1 });
    const y = await forward(layer, x, w, { P });
    same((await forward(layer, x, w, { P, busy: true })).data, y.data);
    const dw = await gradient(layer, x, y, w, { P });
    same((await gradient(layer, x, y, w, { P, busy: true })).data, dw.data);
  }
});

gpuTest("conv() hands gradients to neurons in runs of quads", async () => {
  const x = counts([2, 6, 9, 7, 13], 1);
  const w = noise([5, 6, 3, 3, 1], 2);
  const layer = layerOf(x, w, { padding: 1 });
  const d = noise([2, 5, 9, 7, 13], 3);
  const dx = await adjoint(layer, d, w);
  const direct = await directAdjoint(d, w, { padding: 1 }, x.shape);
  for (const below of [6, 3, 2, 1]) {
    same((await adjoint(layer, d, w, { below })).data, dx.data);
    same(
      (await directAdjoint(d, w, { padding: 1 }, x.shape, below)).data,
      direct.data,
    );
  }
});

gpuTest("conv() strides where workgroups are few", async () => {
  const x = counts([1, 6, 7, 6, 33], 1);
  const w = noise([10, 6, 3, 3, 1], 2);
  const layer = layerOf(x, w, {});
  const y = await forward(layer, x, w);
  const groups = 1;
  same((await forward(layer, x, w, { groups })).data, y.data);
  const d = noise(y.shape, 3);
  const dw = await gradient(layer, x, d, w);
  same((await gradient(layer, x, d, w, { groups })).data, dw.data);
  // Outputs so far apart are not gathered in tiles.
  const far = layerOf(x, noise([2, 6, 2, 2, 1], 2), {
    ...{ padding: 40, dilation: 60 },
  });
  const v = noise([2, 6, 2, 2, 1], 4);
  const e = noise([1, 2, far.output.H, far.output.W, 9], 5);
  const dx = await adjoint(far, e, v);
  same((await adjoint(far, e, v, { groups })).data, dx.data);
});

gpuTest("conv() is linear in spikes and in weights", async () => {
  const xShape = [2, 2, 6, 5, 33];
  const wShape = [7, 2, 3, 3, 1];
  const sum = (a: Tensor, b: Tensor) =>
    tensorOf(a.shape, a.data.map((value, i) => value + b.data[i]));
  const conv = { out: 7, kernel: 3, padding: 1 };
  const layer = layerFor({ conv }, xShape);
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
    { seed: 3, numRuns: 5 },
  );
});
