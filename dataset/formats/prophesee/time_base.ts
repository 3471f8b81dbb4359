/**
 * The upper bits of event times, which Prophesee's encodings send in words of
 * their own.
 *
 * @module
 */

import type { FaultCounts } from "../reading/fault_counts.ts";

/**
 * Adds up the time in µs as words of its upper bits come in, past their range.
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
  /** Time in µs of the last word; `NaN` before the first. */
  us: number = NaN;
  readonly #range: number;
  readonly #unitUs: number;
  readonly #faults: FaultCounts;
  #last = 0;
  #loops = 0;

  /**
   * Starts without a time.
   *
   * @param word Bits of time in a word, and µs that their lowest stands for.
   * @param faults Counts steps back in time.
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
   * Takes the bits of another word. The clock has looped where they fall by
   * half their range or more; where they fall by less, time runs backwards.
   *
   * @param high The bits.
   * @param offset Byte of the word in the file.
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

/** Events whose time is not known: they stand before the first word of time. */
export const UNTIMED = "events before the first time";

/** Words that the encoding does not define. */
export const RESERVED = "words of a reserved type";
