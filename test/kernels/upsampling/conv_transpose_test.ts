import type { Geometry } from "../../oracle/layers/conv.ts";
import {
  close,
  counts,
  equalInner,
  noise,
  same,
} from "../../fixtures/comparison.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { type Tensor, zeros } from "../../oracle/tensor.ts";
import {
  convTranspose,
  convTransposeInputGradient,
  convTransposeWeightGradient,
} from "../../oracle/layers/transposed.ts";
import { loadVectors } from "../../fixtures/reference_vectors.ts";
import { adjoint, forward } from "../layers/synapse_kernels.ts";
import { layerFor } from "../layers/synapse_setting.ts";
import { gradient } from "../layers/weight_kernels.ts";

/** The layer that has such weights on such inputs. */
function layerOf(x: Tensor, w: Tensor, geometry: Geometry) {
  const [, perGroup, kh, kw] = w.shape;
  const out = perGroup * (geometry.groups ?? 1);
  return layerFor(
    { convTranspose: { out, kernel: [kh, kw], ...geometry } },
    x.shape,
  );
}

/**
 * Weights [C, O / groups, kh, kw, 1] as [O, C / groups, kh, kw, 1], which lie in
 * memory as those of a convolution, and back.
 */
function swapped({ shape, data }: Tensor, groups = 1): Tensor {
  const [outer, inner, kh, kw] = shape;
  const [perGroup, taps] = [outer / groups, kh * kw];
  const result = zeros([inner * groups, perGroup, kh, kw, 1]);
  data.forEach((value, i) => {
    const [a, b] = [Math.floor(i / taps / inner), Math.floor(i / taps) % inner];
    const to = Math.floor(a / perGroup) * inner + b;
    result.data[(to * perGroup + a % perGroup) * taps + i % taps] = value;
  });
  return result;
}

/** Holds the three kernels against the twin. */
async function agrees(
  x: Tensor,
  w: Tensor,
  geometry: Geometry,
  P = 1,
): Promise<void> {
  const { groups = 1 } = geometry;
  const layer = layerOf(x, w, geometry);
  const weights = swapped(w, groups);
  const y = await forward(layer, x, weights, { P });
  close(y, convTranspose(x, w, geometry));
  const dy = noise(y.shape, 4);
  const dx = await adjoint(layer, dy, weights, { below: x.shape[1] });
  close(dx, convTransposeInputGradient(dy, w, geometry, x.shape));
  equalInner(y, dy, x, dx);
  const options = { P, height: 0.5 };
  const found = swapped(await gradient(layer, x, dy, weights, options), groups);
  const dw = convTransposeWeightGradient(x, dy, geometry, w.shape);
  close(found, { ...dw, data: dw.data.map((value) => 0.5 * value) }, 2e-6);
  const cut = await gradient(layer, x, dy, weights, { ...options, cuts: [1] });
  if (x.shape[0] > 1) same(swapped(cut, groups).data, found.data);
}

gpuTest(
  "convTranspose() and its adjoints agree with conv_transpose",
  async () => {
    const { params, tensors } = loadVectors<Geometry>("conv_transpose");
    const { x, weight, gout, y, gin, gw } = tensors;
    const layer = layerOf(x, weight, params);
    const weights = swapped(weight);
    close(await forward(layer, x, weights), y);
    close(await adjoint(layer, gout, weights), gin);
    close(swapped(await gradient(layer, x, gout, weights)), gw);
  },
);

/** Shapes [N, C, H, W, T] and [C, O / groups, kh, kw, 1], and bit planes. */
const CASES: [why: string, x: number[], w: number[], Geometry, P?: number][] = [
  ["one bin, one pixel", [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], {}],
  ["31 bins, rectangular", [2, 3, 5, 4, 31], [3, 5, 1, 3, 1], {
    ...{ stride: [2, 1], padding: [0, 2] },
  }],
  ["groups and dilation, 33 bins", [2, 6, 4, 3, 33], [6, 3, 3, 2, 1], {
    ...{ stride: [1, 3], padding: [2, 1], dilation: [2, 3], groups: 3 },
  }],
  ["steps beyond the kernel", [1, 2, 3, 4, 9], [2, 2, 2, 2, 1], { stride: 3 }],
  ["counted events, 70 bins", [2, 2, 3, 5, 70], [2, 7, 3, 3, 1], {
    stride: 2,
    padding: 1,
  }, 8],
  ["a group a channel", [1, 5, 4, 5, 32], [5, 2, 3, 3, 1], {
    padding: 1,
    groups: 5,
  }],
];

for (const [why, xShape, wShape, geometry, P = 1] of CASES) {
  gpuTest(`convTranspose() agrees with its twin, ${why}`, async () => {
    const x = counts(xShape, 3, 0.3, P === 1 ? 1 : 255);
    await agrees(x, noise(wShape, 2), geometry, P);
  });
}
