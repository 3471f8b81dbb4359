/**
 * Tells recordings without a mark from other files by their times.
 *
 * @module
 */

/** Events at the start of a file that tell. */
export const PROBED_EVENTS = 1000;

/**
 * Whether times may be those of a recording: in arbitrary bytes every second
 * step is negative, in recordings hardly any.
 *
 * @param times Times of the first events, of 32 bits at most.
 * @returns Whether few run backwards.
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
 * Counts how often times run backwards, those of a clock of 32 bits that loops
 * across its end.
 *
 * @param times The times.
 * @returns Negative steps.
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
