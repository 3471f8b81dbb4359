/**
 * Detection of times that were clipped to a minimum or maximum.
 *
 * @module
 */

/** Minimum number, and share of all events, at the first or last time. */
const [FEWEST, SHARE] = [10, 0.01];

/**
 * Minimum ratio of their number to the mean number of events per distinct time.
 */
const TIMES_THE_MEAN = 10;

/**
 * Tells whether many events of a sample share its first or its last time,
 * although other times have few events.
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
