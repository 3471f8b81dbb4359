/**
 * Recognition of recordings without a signature by the order of their times.
 *
 * @module
 */

/** Number of events at the start of a file that are checked. */
export const PROBED_EVENTS = 1000;

/**
 * Tells whether times may be those of a recording: in arbitrary bytes half of
 * the steps are negative, in recordings hardly any.
 *
 * @param times Times of the first events, of up to 32 bits.
 * @returns Whether few steps are negative.
 *
 * @example
 * ```ts
 * import { runForward } from "./time_order.ts";
 * if (runForward([5, 1, 9, 3, 7, 2, 8])) throw new Error("expected noise");
 * ```
 */
export function runForward(times: readonly number[]): boolean {
  const backward = backwardSteps(times);
  const forward = times.reduce(
    (sum, time, i) => sum + Number(i > 0 && ((time - times[i - 1]) | 0) > 0),
    0,
  );
  return backward <= 2 || 3 * backward <= forward;
}

/**
 * Counts backward steps of times, modulo 2³².
 *
 * @param times The times.
 * @returns Number of backward steps.
 *
 * @example
 * ```ts
 * import { backwardSteps } from "./time_order.ts";
 * if (backwardSteps([5, 7, 6]) !== 1) throw new Error("expected one");
 * ```
 */
export function backwardSteps(times: readonly number[]): number {
  return times.reduce(
    (sum, time, i) => sum + Number(i > 0 && ((time - times[i - 1]) | 0) < 0),
    0,
  );
}
