/**
 * Time base of Prophesee's encodings: the upper bits of event times, sent in
 * separate words.
 *
 * @module
 */

import type { FaultCounts } from "../reading/fault_counts.ts";

/**
 * Unwraps the upper bits of the time and converts them to µs.
 *
 * @example
 * ```ts
 * import { FaultCounts } from "../reading/fault_counts.ts";
 * import { TimeBase } from "./time_base.ts";
 * const base = new TimeBase({ bits: 12, unitUs: 4096 }, new FaultCounts());
 * base.set(4095, 0);
 * if (base.set(0, 2) !== 2 ** 24) throw new Error("expected one loop");
 * ```
 */
export class TimeBase {
  /** Time of the last word in µs; `NaN` before the first. */
  us: number = NaN;
  readonly #range: number;
  readonly #unitUs: number;
  readonly #faults: FaultCounts;
  #last = 0;
  #loops = 0;

  /**
   * Makes a time base without a time.
   *
   * @param word Number of time bits per word, and the unit of the lowest bit in
   *   µs.
   * @param faults Counts backward steps.
   */
  constructor(
    word: { readonly bits: number; readonly unitUs: number },
    faults: FaultCounts,
  ) {
    this.#range = 2 ** word.bits;
    this.#unitUs = word.unitUs;
    this.#faults = faults;
  }

  /**
   * Updates the time with the next word. A decrease by half the range or more
   * means that the clock has wrapped; a smaller decrease means that time runs
   * backwards.
   *
   * @param high Upper bits of the time.
   * @param offset Byte offset of the word in the file.
   * @returns The time in µs.
   */
  set(high: number, offset: number): number {
    if (this.#last - high >= this.#range / 2) this.#loops++;
    else if (high < this.#last) this.#faults.add("steps back in time", offset);
    this.#last = high;
    this.us = (this.#loops * this.#range + high) * this.#unitUs;
    return this.us;
  }
}

/** Fault: events before the first time word, whose time is unknown. */
export const UNTIMED = "events before the first time";

/** Fault: words that the encoding does not define. */
export const RESERVED = "words of a reserved type";
