/**
 * The dense synapse and its gradients.
 *
 * @module
 */

import {
  activeBins,
  addBins,
  addRow,
  innerBins,
  type Tensor,
  zeros,
} from "../tensor.ts";

/**
 * Connects every input to every output: y[n, o] = Σ_i w[o, i]·x[n, i].
 *
 * @param x [N, …, T], with I features between.
 * @param w [O, …, 1], with the same I features in the same order.
 * @returns y [N, O, 1, 1, T].
 */
export function dense(x: Tensor, w: Tensor): Tensor {
  const y = zeros([x.shape[0], w.shape[0], 1, 1, x.shape.at(-1)!]);
  const bins = activeBins(x);
  forEachPair(x.shape, w.shape, (xRow, pair, yRow) => {
    addBins(y, yRow, w.data[pair], x, xRow, bins[xRow]);
  });
  return y;
}

/**
 * Computes the gradient of a dense synapse's input, the adjoint of
 * {@linkcode dense} for given weights.
 *
 * @param dy [N, O, 1, 1, T].
 * @param w [O, …, 1].
 * @param xShape [N, …, T].
 * @returns dx [N, …, T].
 */
export function denseInputGradient(
  dy: Tensor,
  w: Tensor,
  xShape: readonly number[],
): Tensor {
  const dx = zeros(xShape);
  forEachPair(xShape, w.shape, (xRow, pair, yRow) => {
    addRow(dx, xRow, w.data[pair], dy, yRow);
  });
  return dx;
}

/**
 * Computes the gradient of a dense synapse's weights, the adjoint of
 * {@linkcode dense} for a given input: summed over N and T.
 *
 * @param x [N, …, T].
 * @param dy [N, O, 1, 1, T].
 * @param wShape [O, …, 1].
 * @returns dw [O, …, 1].
 */
export function denseWeightGradient(
  x: Tensor,
  dy: Tensor,
  wShape: readonly number[],
): Tensor {
  const dw = zeros(wShape);
  const bins = activeBins(x);
  forEachPair(x.shape, wShape, (xRow, pair, yRow) => {
    dw.data[pair] += innerBins(x, xRow, dy, yRow, bins[xRow]);
  });
  return dw;
}

/** Visits every product of a dense synapse: rows of x and y, an index of w. */
function forEachPair(
  [N, ...xShape]: readonly number[],
  [O, ...wShape]: readonly number[],
  visit: (xRow: number, pair: number, yRow: number) => void,
): void {
  const I = features(wShape);
  if (features(xShape) !== I) {
    throw new RangeError(`Cannot connect [${N},${xShape}]: not ${I} features`);
  }
  for (let n = 0; n < N; n++) {
    for (let o = 0; o < O; o++) {
      for (let i = 0; i < I; i++) visit(n * I + i, o * I + i, n * O + o);
    }
  }
}

/** The product of all axes but the last, which is T or 1. */
function features(shape: readonly number[]): number {
  return shape.slice(0, -1).reduce((product, length) => product * length, 1);
}
