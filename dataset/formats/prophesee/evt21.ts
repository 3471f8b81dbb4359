/**
 * Decoder of Prophesee's encoding EVT 2.1: one 64-bit word for up to 32 events.
 *
 * The upper half of a word is an EVT 2.0 word. In an event its x is that of the
 * first of 32 adjacent pixels in a row; the lower half is a mask of these
 * pixels, with the lowest bit for the first.
 *
 * Source: Prophesee, "EVT 2.1 Format".
 *
 * @module
 */

import type { EventBlock } from "../reading/format.ts";
import type { Decoder, Piece } from "../reading/decoded_recording.ts";
import { type FaultCounts, OUTSIDE } from "../reading/fault_counts.ts";
import type { WordLayout } from "./evt2.ts";
import { RESERVED, TimeBase, UNTIMED } from "./time_base.ts";

/** Types of words without pixel events, which are skipped. */
const OTHER_TYPES: readonly number[] = [10, 14];

/** Maximum number of events per word. */
const MAX_EVENTS = 32;

/**
 * Decoder of EVT 2.1.
 *
 * @example
 * ```ts
 * import { allocateBlock } from "../reading/event_block.ts";
 * import { FaultCounts } from "../reading/fault_counts.ts";
 * import { Evt21Decoder } from "./evt21.ts";
 * const decoder = new Evt21Decoder(
 *   { width: 320, height: 320, littleEndian: true, upperFirst: false },
 *   new FaultCounts(),
 * );
 * const block = allocateBlock(64);
 * const time = [0, 0, 0, 0, 1, 0, 0, 0x80];
 * const vector = [3, 0, 0, 0, 2, 0, 1, 0x10];
 * const bytes = Uint8Array.of(...time, ...vector);
 * const { events } = decoder.decode({ bytes, offset: 0, last: true }, block);
 * if (events !== 2 || block.x[1] !== 33) throw new Error("decoded wrongly");
 * ```
 */
export class Evt21Decoder implements Decoder {
  readonly #layout: WordLayout & { readonly upperFirst: boolean };
  readonly #faults: FaultCounts;
  readonly #base: TimeBase;

  /**
   * Makes a decoder in its initial state.
   *
   * @param layout Sensor size, byte order, and whether the upper half of a word
   *   comes first.
   * @param faults Counts faults.
   */
  constructor(
    layout: WordLayout & { readonly upperFirst: boolean },
    faults: FaultCounts,
  ) {
    this.#layout = layout;
    this.#faults = faults;
    this.#base = new TimeBase({ bits: 28, unitUs: 64 }, faults);
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
    const { width, height, littleEndian, upperFirst } = this.#layout;
    const { x, y, t, p } = block;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const [upper, lower] = upperFirst ? [0, 4] : [4, 0];
    const end = bytes.length & ~7;
    const room = t.length - MAX_EVENTS;
    let { us } = this.#base;
    let [at, events] = [0, 0];
    for (; at < end && events <= room; at += 8) {
      const word = view.getUint32(at + upper, littleEndian);
      const type = word >>> 28;
      if (type < 2) {
        const first = word >>> 11 & 0x7ff;
        const row = word & 0x7ff;
        const time = us + (word >>> 22 & 0x3f);
        let bits = view.getUint32(at + lower, littleEndian);
        for (; bits !== 0; bits &= bits - 1) {
          const column = first + 31 - Math.clz32(bits & -bits);
          if (column < width && row < height && time >= 0) {
            x[events] = column;
            y[events] = row;
            t[events] = time;
            p[events] = type;
            events++;
          } else {
            this.#faults.add(time >= 0 ? OUTSIDE : UNTIMED, offset + at);
          }
        }
      } else if (type === 8) {
        us = this.#base.set(word & 0xfffffff, offset + at);
      } else if (!OTHER_TYPES.includes(type)) {
        this.#faults.add(RESERVED, offset + at);
      }
    }
    return { taken: at, events };
  }
}
