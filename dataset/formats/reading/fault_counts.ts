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
  /**
   * One element per kind of fault, in the order of first occurrence; updated by
   * `add()`.
   */
  readonly list: FileFaults[] = [];
  readonly #counts = new Map<string, { count: number }>();

  /**
   * Counts a fault.
   *
   * @param problem Description, the same for all faults of its kind.
   * @param offset Byte offset of the fault in the file.
   * @param count Number of faults, of which the first is at `offset`.
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

  /** Removes all faults, before the file is read again. */
  clear(): void {
    this.list.length = 0;
    this.#counts.clear();
  }
}

/**
 * Formats a fault with its count and the offset of its first occurrence.
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

/** Fault: events of pixels outside the sensor. */
export const OUTSIDE = "events outside the sensor";

/** Fault: events between pixels, read at the pixel to their upper left. */
export const FRACTION = "fractions of x or y, which are rounded down";

/** Fault: events whose time is not a finite number. */
export const TIMELESS = "events without a time";

/** Fault: bytes of zeros at the end of a file. */
export const ZEROS = "zero bytes at the end, which are left out";
