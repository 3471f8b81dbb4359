/**
 * Faults that a reader goes on after, counted.
 *
 * @module
 */

import type { FileFaults } from "./format.ts";

/**
 * Counts faults by what they are.
 *
 * @example
 * ```ts
 * import { FaultCounts } from "./fault_counts.ts";
 * const faults = new FaultCounts();
 * faults.add("events outside the sensor", 16);
 * faults.add("events outside the sensor", 24);
 * const [{ count, offset }] = faults.list();
 * if (count !== 2 || offset !== 16) throw new Error("counted wrongly");
 * ```
 */
export class FaultCounts {
  readonly #faults = new Map<string, { count: number; offset: number }>();

  /**
   * Counts a fault.
   *
   * @param problem Its name, the same for all faults of its kind.
   * @param offset Byte in the file where it is.
   */
  add(problem: string, offset: number): void {
    const fault = this.#faults.get(problem);
    if (fault === undefined) this.#faults.set(problem, { count: 1, offset });
    else fault.count++;
  }

  /**
   * Lists the faults.
   *
   * @returns A kind of fault an element, in the order first met.
   */
  list(): FileFaults[] {
    return Array.from(this.#faults, ([problem, { count, offset }]) => ({
      problem,
      count,
      offset,
    }));
  }
}

/** Events that name a pixel which the sensor does not have. */
export const OUTSIDE = "events outside the sensor";

/** Events whose time is no number of µs, exact or not. */
export const TIMELESS = "events without a time";
