/**
 * Features for ridge regression: event counts, coarse in space and time.
 *
 * @module
 */

import {
  elapsedTimes,
  type Events,
  type Sensor,
} from "../../../dataset/events.ts";

/** Rows and columns of the grid of pixel blocks. */
export const BLOCKS = 16;

/** Number of equal slices of a sample's duration. */
export const SLICES = 4;

/** Number of features of a sample. */
export const FEATURES: number = SLICES * 2 * BLOCKS * BLOCKS;

/**
 * Counts the events of a sample by slice of its own duration, polarity, and
 * block of pixels.
 *
 * @param events The events, in the order recorded.
 * @param sensor The sensor that recorded them.
 * @returns Counts in the order `[slice, polarity, row, column]`.
 *
 * @example
 * ```ts
 * import { countFeatures } from "./features.ts";
 * const counts = countFeatures({
 *   x: Uint16Array.of(0, 127),
 *   y: Uint16Array.of(0, 127),
 *   t: Uint32Array.of(1000, 9000),
 *   p: Uint8Array.of(0, 1),
 * }, { width: 128, height: 128 });
 * if (counts[0] !== 1 || counts.at(-1) !== 1) throw new Error("expected both");
 * ```
 */
export function countFeatures(
  { x, y, t, p }: Events,
  { width, height }: Sensor,
): Float64Array {
  const counts = new Float64Array(FEATURES);
  const elapsed = elapsedTimes(t);
  let last = 0;
  for (const time of elapsed) last = Math.max(last, time);
  for (let n = 0; n < t.length; n++) {
    const slice = Math.floor(elapsed[n] * SLICES / (last + 1));
    const row = Math.floor(y[n] * BLOCKS / height);
    const column = Math.floor(x[n] * BLOCKS / width);
    if (slice >= 0) {
      counts[((slice * 2 + p[n]) * BLOCKS + row) * BLOCKS + column]++;
    }
  }
  return counts;
}
