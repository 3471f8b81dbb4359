/**
 * Synapses that make more pixels of fewer, and their gradients: the transposes
 * of a convolution and of a pool.
 *
 * @module
 */

import {
  conv,
  convInputGradient,
  convWeightGradient,
  type Geometry,
  type Pair,
} from "./conv.ts";
import { pool, poolInputGradient } from "./pool.ts";
import type { Tensor } from "../tensor.ts";

/**
 * Convolves transposed: the adjoint of a convolution from the output to the
 * input.
 *
 * @param x [N, C, H, W, T].
 * @param w [C, O / groups, kh, kw, 1].
 * @param geometry Stride, padding, dilation and groups.
 * @returns y [N, O, H', W', T].
 */
export function convTranspose(
  x: Tensor,
  w: Tensor,
  geometry: Geometry = {},
): Tensor {
  const [N, , H, W, T] = x.shape;
  const [, perGroup, kh, kw] = w.shape;
  const { stride = 1, padding = 0, dilation = 1, groups = 1 } = geometry;
  const along = (side: number, kernel: number, axis: 0 | 1) =>
    (side - 1) * sideOf(stride, axis) - 2 * sideOf(padding, axis) +
    sideOf(dilation, axis) * (kernel - 1) + 1;
  const shape = [N, perGroup * groups, along(H, kh, 0), along(W, kw, 1), T];
  return convInputGradient(x, w, geometry, shape);
}

/**
 * Computes the gradient of its input.
 *
 * @param dy [N, O, H', W', T].
 * @param w [C, O / groups, kh, kw, 1].
 * @param geometry As in {@linkcode convTranspose}.
 * @param xShape [N, C, H, W, T].
 * @returns dx [N, C, H, W, T].
 */
export function convTransposeInputGradient(
  dy: Tensor,
  w: Tensor,
  geometry: Geometry,
  [N, C, H, W, T]: readonly number[],
): Tensor {
  const { shape, data } = conv(dy, w, geometry);
  // Strides may leave room for more outputs of the convolution.
  const dx = {
    shape: [N, C, H, W, T],
    data: new Float64Array(N * C * H * W * T),
  };
  for (let row = 0; row < N * C * H * W; row++) {
    const [plane, h, w] = [
      Math.floor(row / H / W),
      Math.floor(row / W) % H,
      row % W,
    ];
    const from = ((plane * shape[2] + h) * shape[3] + w) * T;
    dx.data.set(data.subarray(from, from + T), row * T);
  }
  return dx;
}

/**
 * Computes the gradient of its weights.
 *
 * @param x [N, C, H, W, T].
 * @param dy [N, O, H', W', T].
 * @param geometry As in {@linkcode convTranspose}.
 * @param wShape [C, O / groups, kh, kw, 1].
 * @returns dw [C, O / groups, kh, kw, 1].
 */
export function convTransposeWeightGradient(
  x: Tensor,
  dy: Tensor,
  geometry: Geometry,
  wShape: readonly number[],
): Tensor {
  return convWeightGradient(dy, x, geometry, wShape);
}

/**
 * Repeats each pixel over k × k, scaled.
 *
 * @param x [N, C, H, W, T].
 * @param k Side of a window.
 * @param scale 1.1·θ.
 * @returns y [N, C, k·H, k·W, T].
 */
export function unpool(x: Tensor, k: number, scale: number): Tensor {
  const [N, C, H, W, T] = x.shape;
  return poolInputGradient(x, k, scale, [N, C, k * H, k * W, T]);
}

/**
 * Sums the gradients of windows, the adjoint of {@linkcode unpool}.
 *
 * @param dy [N, C, k·H, k·W, T].
 * @param k Side of a window.
 * @param scale 1.1·θ.
 * @returns dx [N, C, H, W, T].
 */
export function unpoolInputGradient(
  dy: Tensor,
  k: number,
  scale: number,
): Tensor {
  return pool(dy, k, scale);
}

function sideOf(pair: Pair, axis: 0 | 1): number {
  return typeof pair === "number" ? pair : pair[axis];
}
