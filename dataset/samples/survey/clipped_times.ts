/**
 * Tells times that were clipped to a largest or smallest value.
 *
 * @module
 */

/** Fewest events at one time, and their share, that may be clipped ones. */
const [FEWEST, SHARE] = [10, 0.01];

/** How many times the mean number of events at one time they must be. */
const TIMES_THE_MEAN = 10;

/**
 * Tells whether many events of a sample are at its first or its last time,
 * though other times have few.
 *
 * @param t Times of the events.
 * @returns Whether times were clipped.
 *
 * @example
 * ```ts
 * import { areTimesClipped } from "./clipped_times.ts";
 * const t = Uint32Array.from({ length: 100 }, (_, i) => Math.min(i, 80));
 * if (!areTimesClipped(t)) throw new Error("expected clipped times");
 * ```
 */
export function areTimesClipped(t: Uint32Array): boolean {
  const counts = new Map<number, number>();
  let [first, last] = [Infinity, -Infinity];
  for (const time of t) {
    counts.set(time, (counts.get(time) ?? 0) + 1);
    if (time < first) first = time;
    if (time > last) last = time;
  }
  const mean = t.length / counts.size;
  return first < last && [first, last].some((time) => {
    const count = counts.get(time)!;
    return count >= FEWEST && count > SHARE * t.length &&
      count > TIMES_THE_MEAN * mean;
  });
}
