/**
 * Batch normalisation over samples, rows, columns and bins, and its adjoint.
 *
 * @module
 */

import { quantized } from "../../../engine/network/quantized.ts";
import type { Norm } from "../../../engine/layerwise/units/units.ts";
import { type Tensor, zeros } from "../tensor.ts";

/** Scale and bias of each channel, and what is added to the variance. */
export interface Affine {
  readonly gamma: ArrayLike<number>;
  readonly beta: ArrayLike<number>;
  readonly epsilon: number;
  /**
   * Of "mean", only means are subtracted; of "scale", values are also divided by
   * a power of two. @default "batch"
   */
  readonly kind?: Norm["kind"];
  /** Step of the means, of "mean" and "scale". @default not rounded */
  readonly step?: number;
}

/** Mean and variance of each channel; the variance without bias. */
export interface Statistics {
  readonly mean: readonly number[];
  readonly variance: readonly number[];
  readonly unbiased: readonly number[];
  /** Variance of all channels together, and this without bias. */
  readonly whole: number;
  readonly wholeUnbiased: number;
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
  const { length } = x.data;
  const middle = x.data.reduce((a, b) => a + b, 0) / length;
  const all = x.data.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return {
    whole: all / length,
    wholeUnbiased: all / Math.max(length - 1, 1),
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
  { gamma, beta, epsilon, kind, step }: Affine,
  { mean, variance, whole = 1 }: Pick<Statistics, "mean" | "variance"> & {
    readonly whole?: number;
  } = statisticsOf(x),
): Tensor {
  const used = step ? mean.map((value) => quantized(value, step)) : mean;
  if (kind === "mean") return map(x, (value, c) => value - used[c]);
  if (kind === "scale") {
    const power = powerAbove(whole + epsilon);
    return map(x, (value, c) => (value - used[c]) / power);
  }
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
  const { gamma, epsilon, kind } = affine;
  const { mean, variance, whole } = statisticsOf(x);
  const inverse = variance.map((value) => 1 / Math.sqrt(value + epsilon));
  const xhat = map(x, (value, c) => (value - mean[c]) * inverse[c]);
  const [dyRows, xhatRows] = [channelsOf(dy), channelsOf(xhat)];
  const dbeta = dyRows.map((row) => row.reduce((a, b) => a + b, 0));
  const dgamma = dyRows.map((row, c) =>
    row.reduce((sum, value, i) => sum + value * xhatRows[c][i], 0)
  );
  if (kind === "mean" || kind === "scale") {
    const power = kind === "scale" ? powerAbove(whole + epsilon) : 1;
    const dx = map(
      dy,
      (value, c) => (value - dbeta[c] / dyRows[c].length) / power,
    );
    return { dx, dgamma, dbeta };
  }
  const dx = map(dy, (value, c, i) =>
    gamma[c] * inverse[c] *
    (value - (dbeta[c] + xhat.data[i] * dgamma[c]) / dyRows[c].length));
  return { dx, dgamma, dbeta };
}

/** The power of two next above a deviation, from 1/8 to 8. */
function powerAbove(variance: number): number {
  const exponent = Math.ceil(Math.log2(Math.sqrt(variance)));
  return 2 ** Math.max(-3, Math.min(3, exponent));
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
