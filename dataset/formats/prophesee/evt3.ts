/**
 * Decoder of Prophesee's encoding EVT 3.0: 16-bit words that encode changes of
 * time, row and column.
 *
 * | bits 12–15 | word | bits 0–11 |
 * |---|---|---|
 * | 0 | row | y in bits 0–10 |
 * | 2 | event | p in bit 11, x in bits 0–10 |
 * | 3 | start of a vector | p in bit 11, x in bits 0–10 |
 * | 4 | events of the next 12 pixels | a bit a pixel, the lowest the first |
 * | 5 | events of the next 8 pixels | a bit a pixel, in bits 0–7 |
 * | 6, 8 | lower and upper half of the time in µs | 12 bits |
 * | 7, 10, 14, 15 | triggers and extensions | |
 *
 * Source: Prophesee, "EVT 3.0 Format".
 *
 * @module
 */

import type { EventBlock } from "../reading/format.ts";
import type { Decoder, Piece } from "../reading/decoded_recording.ts";
import { type FaultCounts, OUTSIDE } from "../reading/fault_counts.ts";
import type { WordLayout } from "./evt2.ts";
import { RESERVED, TimeBase, UNTIMED } from "./time_base.ts";

/** Maximum number of events per word. */
const MAX_EVENTS = 12;

/** Initial row, outside any sensor. */
const NO_ROW = 0x800;

/**
 * Decoder of EVT 3.0.
 *
 * @example
 * ```ts
 * import { allocateBlock } from "../reading/event_block.ts";
 * import { FaultCounts } from "../reading/fault_counts.ts";
 * import { Evt3Decoder } from "./evt3.ts";
 * const decoder = new Evt3Decoder(
 *   { width: 1280, height: 720, littleEndian: true },
 *   new FaultCounts(),
 * );
 * const block = allocateBlock(64);
 * const words = Uint16Array.of(0x8001, 0x6002, 0x0007, 0x2805);
 * const bytes = new Uint8Array(words.buffer);
 * const { events } = decoder.decode({ bytes, offset: 0, last: true }, block);
 * const { x, y, t, p } = block;
 * if (events !== 1 || `${[x[0], y[0], t[0], p[0]]}` !== "5,7,4098,1") {
 *   throw new Error("decoded wrongly");
 * }
 * ```
 */
export class Evt3Decoder implements Decoder {
  readonly #layout: WordLayout;
  readonly #faults: FaultCounts;
  readonly #base: TimeBase;
  #time = NaN;
  #row = NO_ROW;
  #column = 0;
  #polarity = 0;

  /**
   * Makes a decoder in its initial state.
   *
   * @param layout Sensor size and byte order.
   * @param faults Counts faults.
   */
  constructor(layout: WordLayout, faults: FaultCounts) {
    this.#layout = layout;
    this.#faults = faults;
    this.#base = new TimeBase({ bits: 12, unitUs: 4096 }, faults);
  }

  /**
   * Decodes whole words.
   *
   * @param piece The words.
   * @param block Destination of events, written from index 0 on.
   * @returns Numbers of decoded bytes and of events in them.
   */
  decode(
    { bytes, offset }: Piece,
    block: EventBlock,
  ): { readonly taken: number; readonly events: number } {
    const { width, height, littleEndian } = this.#layout;
    const { x, y, t, p } = block;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const end = bytes.length & ~1;
    const room = t.length - MAX_EVENTS;
    let { us } = this.#base;
    let [time, row] = [this.#time, this.#row];
    let [first, polarity] = [this.#column, this.#polarity];
    let [at, events] = [0, 0];
    for (; at < end && events <= room; at += 2) {
      const word = view.getUint16(at, littleEndian);
      switch (word >>> 12) {
        case 0:
          row = word & 0x7ff;
          break;
        case 2: {
          const column = word & 0x7ff;
          if (column < width && row < height && time >= 0) {
            x[events] = column;
            y[events] = row;
            t[events] = time;
            p[events] = word >>> 11 & 1;
            events++;
          } else {
            this.#faults.add(time >= 0 ? OUTSIDE : UNTIMED, offset + at);
          }
          break;
        }
        case 3:
          first = word & 0x7ff;
          polarity = word >>> 11 & 1;
          break;
        case 4:
        case 5: {
          const pixels = word >>> 12 === 4 ? 12 : 8;
          let bits = word & ((1 << pixels) - 1);
          for (; bits !== 0; bits &= bits - 1) {
            const column = first + 31 - Math.clz32(bits & -bits);
            if (column < width && row < height && time >= 0) {
              x[events] = column;
              y[events] = row;
              t[events] = time;
              p[events] = polarity;
              events++;
            } else {
              this.#faults.add(time >= 0 ? OUTSIDE : UNTIMED, offset + at);
            }
          }
          first += pixels;
          break;
        }
        case 6:
          time = us + (word & 0xfff);
          break;
        case 8:
          // The lower half follows in another word; its previous value would be
          // too large.
          us = this.#base.set(word & 0xfff, offset + at);
          time = us;
          break;
        case 7:
        case 10:
        case 14:
        case 15:
          break;
        default:
          this.#faults.add(RESERVED, offset + at);
      }
    }
    this.#time = time;
    this.#row = row;
    this.#column = first;
    this.#polarity = polarity;
    return { taken: at, events };
  }
}
