/**
 * Pooling, a synapse of fixed weights, and its gradient.
 *
 * @module
 */

import { addRow, type Tensor, zeros } from "../tensor.ts";

/**
 * Sums windows of k × k and scales: y[i, j] = scale·Σ x[k·i + a, k·j + b].
 *
 * A side that k does not divide is padded with zeros at its end.
 *
 * @param x [N, C, H, W, T].
 * @param k Side of a window, and its stride.
 * @param scale 1.1·θ.
 * @returns y [N, C, ⌈H/k⌉, ⌈W/k⌉, T].
 */
export function pool(x: Tensor, k: number, scale: number): Tensor {
  const [N, C, H, W, T] = x.shape;
  const y = zeros([N, C, Math.ceil(H / k), Math.ceil(W / k), T]);
  forEachPooled(x.shape, k, (xRow, yRow) => addRow(y, yRow, scale, x, xRow));
  return y;
}

/**
 * Hands every window's gradient to its inputs, the adjoint of
 * {@linkcode pool}.
 *
 * @param dy [N, C, ⌈H/k⌉, ⌈W/k⌉, T].
 * @param k Side of a window.
 * @param scale 1.1·θ.
 * @param xShape [N, C, H, W, T].
 * @returns dx [N, C, H, W, T].
 */
export function poolInputGradient(
  dy: Tensor,
  k: number,
  scale: number,
  xShape: readonly number[],
): Tensor {
  const dx = zeros(xShape);
  forEachPooled(xShape, k, (xRow, yRow) => addRow(dx, xRow, scale, dy, yRow));
  return dx;
}

function forEachPooled(
  xShape: readonly number[],
  k: number,
  visit: (xRow: number, yRow: number) => void,
): void {
  const [N, C, H, W] = xShape;
  const height = Math.ceil(H / k);
  const width = Math.ceil(W / k);
  for (let plane = 0; plane < N * C; plane++) {
    for (let h = 0; h < H; h++) {
      for (let w = 0; w < W; w++) {
        const i = Math.floor(h / k);
        const j = Math.floor(w / k);
        visit((plane * H + h) * W + w, (plane * height + i) * width + j);
      }
    }
  }
}
