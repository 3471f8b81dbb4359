/**
 * Counts of faults from which a reader recovers.
 *
 * @module
 */

import type { FileFaults } from "./format.ts";

/**
 * Counter of faults by kind.
 *
 * @example
 * ```ts
 * import { FaultCounts } from "./fault_counts.ts";
 * const faults = new FaultCounts();
 * faults.add("events outside the sensor", 16);
 * faults.add("events outside the sensor", 24);
 * const [{ count, offset }] = faults.list;
 * if (count !== 2 || offset !== 16) throw new Error("counted wrongly");
 * ```
 */
export class FaultCounts {
  /** A kind of fault an element, in the order first met; it grows. */
  readonly list: FileFaults[] = [];
  readonly #counts = new Map<string, { count: number }>();

  /**
   * Counts a fault.
   *
   * @param problem Description, the same for all faults of its kind.
   * @param offset Byte in the file where it is.
   * @param count How many there are, from there on.
   */
  add(problem: string, offset: number, count = 1): void {
    const known = this.#counts.get(problem);
    if (known !== undefined) {
      known.count += count;
      return;
    }
    const fault = { problem, count, offset };
    this.#counts.set(problem, fault);
    this.list.push(fault);
  }

  /** Forgets all faults, where the file is read once more. */
  clear(): void {
    this.list.length = 0;
    this.#counts.clear();
  }
}

/**
 * Says what a fault is, how often it is there, and where first.
 *
 * @param fault The fault.
 * @returns One line.
 *
 * @example
 * ```ts
 * import { faultInWords } from "./fault_counts.ts";
 * const fault = { problem: "events outside the sensor", count: 2, offset: 16 };
 * const line = faultInWords(fault);
 * if (!line.endsWith(": 2, the first at byte 16")) throw new Error(line);
 * ```
 */
export function faultInWords({ problem, count, offset }: FileFaults): string {
  const place = offset === undefined ? "" : `, the first at byte ${offset}`;
  return `${problem}: ${count}${place}`;
}

/** Events that name a pixel which the sensor does not have. */
export const OUTSIDE = "events outside the sensor";

/** Fault: events whose time is not a finite number. */
export const TIMELESS = "events without a time";
