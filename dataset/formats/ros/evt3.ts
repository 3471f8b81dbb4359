/**
 * Decoder of Prophesee's encoding EVT 3 in ROS messages: little-endian 16-bit
 * words with their type in the four highest bits.
 *
 * Source: Prophesee, EVT 3.0 format.
 *
 * @module
 */

import { OUTSIDE } from "../reading/fault_counts.ts";
import type { EventSink } from "./event_words.ts";

/** Types of words. */
const ADDR_Y = 0x0;
const ADDR_X = 0x2;
const VECT_BASE_X = 0x3;
const VECT_12 = 0x4;
const VECT_8 = 0x5;
const TIME_LOW = 0x6;
const TIME_HIGH = 0x8;

/** Types of words without pixel events: triggers and extensions. */
const PASSED_OVER: ReadonlySet<number> = new Set([0x7, 0xa, 0xe, 0xf]);

/**
 * Largest backward step, in units of 4096 µs, that does not count as a wrap.
 */
const MAX_BACKWARD = 10;

/** Range of the 24-bit times in µs. */
const TIME_SPAN = 2 ** 24;

/**
 * Decoder of an EVT 3 stream in pieces.
 *
 * Events before the first complete time are skipped and counted. The 24-bit
 * times are unwrapped.
 *
 * @example
 * ```ts
 * import { BlockBuilder } from "../reading/block_builder.ts";
 * import { FaultCounts } from "../reading/fault_counts.ts";
 * import { Evt3Decoder } from "./evt3.ts";
 * const words = Uint16Array.of(0x8001, 0x6002, 0x0007, 0x2805);
 * const [builder, faults] = [new BlockBuilder(), new FaultCounts()];
 * const sink = { builder, faults, sensor: undefined, offset: 0 };
 * for (const _ of new Evt3Decoder().decode(new DataView(words.buffer), sink));
 * const { x, y, t, p } = builder.take();
 * if (`${x},${y},${t},${p}` !== "5,7,4098,1") throw new Error("misread");
 * ```
 */
export class Evt3Decoder {
  #row = 0;
  #base = 0;
  #polarity = 0;
  #wraps = 0;
  // Negative until the first time word.
  #high = -1;
  #time = -1;

  /**
   * Decodes the next words.
   *
   * @param words The words.
   * @param sink Destination of events.
   * @returns A generator that yields whenever the builder may be full.
   */
  *decode(words: DataView, sink: EventSink): Generator<void> {
    for (let at = 0; at + 2 <= words.byteLength;) {
      at = this.#decodeUntilFull(words, { at, sink });
      yield;
    }
  }

  /**
   * Decodes words until the builder may be full; returns the next byte offset.
   */
  #decodeUntilFull(
    words: DataView,
    { at, sink }: { readonly at: number; readonly sink: EventSink },
  ): number {
    const { builder, faults, sensor, offset } = sink;
    const { x, y, t, p } = builder;
    const { width, height } = sensor ?? { width: 2048, height: 2048 };
    const end = words.byteLength - 1;
    let row = this.#row;
    let base = this.#base;
    let polarity = this.#polarity;
    let time = this.#time;
    let next = at;
    while (next < end && !builder.full) {
      const word = words.getUint16(next, true);
      next += 2;
      const low = word & 0xfff;
      const type = word >>> 12;
      // Mask of pixels from the base column on; 1 for a single pixel.
      let pixels = 1;
      switch (type) {
        case ADDR_X:
          base = low & 0x7ff;
          polarity = low >>> 11;
          break;
        case VECT_BASE_X:
          base = low & 0x7ff;
          polarity = low >>> 11;
          continue;
        case VECT_12:
          pixels = low;
          break;
        case VECT_8:
          pixels = low & 0xff;
          break;
        case ADDR_Y:
          row = low & 0x7ff;
          continue;
        case TIME_LOW:
          if (this.#high >= 0) time = this.#startOfHigh() + low;
          continue;
        case TIME_HIGH:
          this.#setHigh(low);
          if (time >= 0) time = this.#startOfHigh() + time % 4096;
          continue;
        default:
          if (!PASSED_OVER.has(type)) {
            faults.add("words of an unknown type", offset);
          }
          continue;
      }
      let column = base;
      if (type === VECT_12) base += 12;
      if (type === VECT_8) base += 8;
      if (time < 0) {
        faults.add("events before the first time", offset);
        continue;
      }
      let count = builder.count;
      for (; pixels !== 0; column++, pixels >>>= 1) {
        if ((pixels & 1) === 0) continue;
        if (column >= width || row >= height) {
          faults.add(OUTSIDE, offset);
          continue;
        }
        x[count] = column;
        y[count] = row;
        t[count] = time;
        p[count] = polarity;
        count++;
      }
      builder.count = count;
    }
    this.#row = row;
    this.#base = base;
    this.#polarity = polarity;
    this.#time = time;
    return next;
  }

  #setHigh(high: number): void {
    if (high + MAX_BACKWARD < this.#high) this.#wraps++;
    this.#high = high;
  }

  /** Computes the unwrapped time of the latest high word in µs. */
  #startOfHigh(): number {
    return this.#wraps * TIME_SPAN + this.#high * 4096;
  }
}
