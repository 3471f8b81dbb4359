/**
 * Histograms of values, such as weights, for TensorBoard.
 *
 * @module
 */

/** Counts of values in buckets, with their statistics. */
export interface Histogram {
  /** The least value, 0 if there is none. */
  readonly min: number;
  /** The greatest value, 0 if there is none. */
  readonly max: number;
  /** Number of values. */
  readonly count: number;
  /** Sum of all values. */
  readonly sum: number;
  /** Sum of the squares of all values. */
  readonly sumSquares: number;
  /** Upper end of each bucket, rising; the first begins at `min`. */
  readonly limits: Float64Array;
  /** Number of values in each bucket. */
  readonly counts: Float64Array;
}

/** Number of buckets; TensorBoard draws 30. */
const BUCKETS = 64;

/**
 * Counts values in buckets of equal width between the least and the greatest.
 *
 * @param values The values; those that are not finite are left out.
 * @returns The histogram: 64 buckets, one if all values are equal, none if
 * there are no values.
 *
 * @example
 * ```ts
 * import { histogramOf } from "./histogram.ts";
 * const { count, sum } = histogramOf(Float32Array.of(1, 2, 3));
 * if (count !== 3 || sum !== 6) throw new Error(`unexpected ${sum}`);
 * ```
 */
export function histogramOf(values: Float32Array): Histogram {
  let [min, max, count, sum, sumSquares] = [Infinity, -Infinity, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    count++;
    sum += value;
    sumSquares += value * value;
  }
  if (count === 0) [min, max] = [0, 0];
  const buckets = count === 0 ? 0 : min === max ? 1 : BUCKETS;
  const width = (max - min) / buckets;
  const limits = Float64Array.from(
    { length: buckets },
    (_, index) => index === buckets - 1 ? max : min + (index + 1) * width,
  );
  const counts = new Float64Array(buckets);
  const perUnit = min === max ? 0 : 1 / width;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) continue;
    counts[Math.min(Math.floor((value - min) * perUnit), buckets - 1)]++;
  }
  return { min, max, count, sum, sumSquares, limits, counts };
}
