/**
 * Faults that a reader goes on after, counted by what they are.
 *
 * @module
 */

import type { FileFaults } from "../reading/format.ts";

/**
 * Counts faults of a file.
 *
 * @example
 * ```ts
 * import { FaultLog } from "./fault_log.ts";
 * const log = new FaultLog();
 * log.add("events outside the sensor", 64);
 * log.add("events outside the sensor", 96);
 * const [{ count, offset }] = log.faults;
 * if (count !== 2 || offset !== 64) throw new Error("miscounted");
 * ```
 */
export class FaultLog {
  /** The faults, in the order in which they were met first. */
  readonly faults: FileFaults[] = [];
  readonly #counted = new Map<string, { count: number }>();

  /**
   * Counts a fault.
   *
   * @param problem Description of the fault.
   * @param offset Byte in the file where it is.
   */
  add(problem: string, offset: number): void {
    const counted = this.#counted.get(problem);
    if (counted !== undefined) {
      counted.count++;
      return;
    }
    const fault = { problem, count: 1, offset };
    this.#counted.set(problem, fault);
    this.faults.push(fault);
  }

  /** Forgets all faults, where the file is read once more. */
  clear(): void {
    this.faults.length = 0;
    this.#counted.clear();
  }
}
