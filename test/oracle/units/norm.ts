/**
 * Batch normalisation over samples, rows, columns and bins, and its adjoint.
 *
 * @module
 */

import { type Tensor, zeros } from "../tensor.ts";

/** Scale and bias of each channel, and what is added to the variance. */
export interface Affine {
  readonly gamma: ArrayLike<number>;
  readonly beta: ArrayLike<number>;
  readonly epsilon: number;
  /** Whether only means are subtracted. @default false */
  readonly meanOnly?: boolean;
}

/** Mean and variance of each channel; the variance without bias. */
export interface Statistics {
  readonly mean: readonly number[];
  readonly variance: readonly number[];
  readonly unbiased: readonly number[];
}

/**
 * Computes the statistics of a batch.
 *
 * @param x [N, C, H, W, T].
 * @returns Those of each channel.
 */
export function statisticsOf(x: Tensor): Statistics {
  const rows = channelsOf(x);
  const mean = rows.map((row) => row.reduce((a, b) => a + b, 0) / row.length);
  const squares = rows.map((row, c) =>
    row.reduce((sum, value) => sum + (value - mean[c]) ** 2, 0)
  );
  return {
    mean,
    variance: squares.map((sum, c) => sum / rows[c].length),
    unbiased: squares.map((sum, c) => sum / Math.max(rows[c].length - 1, 1)),
  };
}

/**
 * Normalises.
 *
 * @param x [N, C, H, W, T].
 * @param affine Scale and bias.
 * @param statistics Mean and variance. By default, the batch's.
 * @returns y, of the same shape.
 */
export function normalise(
  x: Tensor,
  { gamma, beta, epsilon, meanOnly }: Affine,
  { mean, variance }: Pick<Statistics, "mean" | "variance"> = statisticsOf(x),
): Tensor {
  if (meanOnly) return map(x, (value, c) => value - mean[c]);
  return map(
    x,
    (value, c) =>
      gamma[c] * (value - mean[c]) / Math.sqrt(variance[c] + epsilon) + beta[c],
  );
}

/**
 * Goes from the gradient of the normalised values to those of the others.
 *
 * @param dy [N, C, H, W, T].
 * @param x [N, C, H, W, T].
 * @param affine Scale and bias.
 * @returns Gradients of values, scale and bias.
 */
export function normaliseAdjoint(dy: Tensor, x: Tensor, affine: Affine) {
  const { gamma, epsilon, meanOnly } = affine;
  const { mean, variance } = statisticsOf(x);
  const inverse = variance.map((value) => 1 / Math.sqrt(value + epsilon));
  const xhat = map(x, (value, c) => (value - mean[c]) * inverse[c]);
  const [dyRows, xhatRows] = [channelsOf(dy), channelsOf(xhat)];
  const dbeta = dyRows.map((row) => row.reduce((a, b) => a + b, 0));
  const dgamma = dyRows.map((row, c) =>
    row.reduce((sum, value, i) => sum + value * xhatRows[c][i], 0)
  );
  if (meanOnly) {
    const dx = map(dy, (value, c) => value - dbeta[c] / dyRows[c].length);
    return { dx, dgamma, dbeta };
  }
  const dx = map(dy, (value, c, i) =>
    gamma[c] * inverse[c] *
    (value - (dbeta[c] + xhat.data[i] * dgamma[c]) / dyRows[c].length));
  return { dx, dgamma, dbeta };
}

/** Values of each channel. */
function channelsOf({ shape, data }: Tensor): number[][] {
  const [, C, H, W, T] = shape;
  const rows = Array.from({ length: C }, (): number[] => []);
  data.forEach((value, i) => rows[Math.floor(i / (H * W * T)) % C].push(value));
  return rows;
}

function map(
  { shape, data }: Tensor,
  of: (value: number, c: number, i: number) => number,
): Tensor {
  const [, C, H, W, T] = shape;
  const result = zeros(shape);
  data.forEach((value, i) => {
    result.data[i] = of(value, Math.floor(i / (H * W * T)) % C, i);
  });
  return result;
}
