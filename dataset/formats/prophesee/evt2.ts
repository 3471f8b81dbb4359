/**
 * Decoder of Prophesee's encoding EVT 2.0: one 32-bit word per event.
 *
 * | bits 28–31 | word | bits 22–27 | bits 11–21 | bits 0–10 |
 * |---|---|---|---|---|
 * | 0, 1 | event, OFF or ON | lower bits of time | x | y |
 * | 8 | upper 28 bits of time, in all bits below | | | |
 * | 10 | edge of an external trigger | | | |
 * | 14, 15 | extensions | | | |
 *
 * Source: Prophesee, "EVT 2.0 Format".
 *
 * @module
 */

import type { EventBlock } from "../reading/format.ts";
import type { Decoder, Piece } from "../reading/decoded_recording.ts";
import { type FaultCounts, OUTSIDE } from "../reading/fault_counts.ts";
import { RESERVED, TimeBase, UNTIMED } from "./time_base.ts";

/** Sensor size and byte order of a file's words. */
export interface WordLayout {
  /** Number of sensor columns. */
  readonly width: number;
  /** Number of sensor rows. */
  readonly height: number;
  /** Whether words are little-endian. */
  readonly littleEndian: boolean;
}

/** Types of words without pixel events, which are skipped. */
const OTHER_TYPES: readonly number[] = [10, 14, 15];

/**
 * Decoder of EVT 2.0.
 *
 * @example
 * ```ts
 * import { allocateBlock } from "../reading/event_block.ts";
 * import { FaultCounts } from "../reading/fault_counts.ts";
 * import { Evt2Decoder } from "./evt2.ts";
 * const decoder = new Evt2Decoder(
 *   { width: 640, height: 480, littleEndian: true },
 *   new FaultCounts(),
 * );
 * const block = allocateBlock(8);
 * const bytes = Uint8Array.of(1, 0, 0, 0x80, 2, 0x28, 0xc0, 0x10);
 * const { events } = decoder.decode({ bytes, offset: 0, last: true }, block);
 * if (events !== 1 || block.x[0] !== 5 || block.t[0] !== 64 + 3) {
 *   throw new Error("decoded wrongly");
 * }
 * ```
 */
export class Evt2Decoder implements Decoder {
  readonly #layout: WordLayout;
  readonly #faults: FaultCounts;
  readonly #base: TimeBase;

  /**
   * Makes a decoder in its initial state.
   *
   * @param layout Sensor size and byte order.
   * @param faults Counts faults.
   */
  constructor(layout: WordLayout, faults: FaultCounts) {
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
    const { width, height, littleEndian } = this.#layout;
    const { x, y, t, p } = block;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const end = bytes.length & ~3;
    let { us } = this.#base;
    let [at, events] = [0, 0];
    for (; at < end && events < t.length; at += 4) {
      const word = view.getUint32(at, littleEndian);
      const type = word >>> 28;
      if (type < 2) {
        const column = word >>> 11 & 0x7ff;
        const row = word & 0x7ff;
        const time = us + (word >>> 22 & 0x3f);
        if (column < width && row < height && time >= 0) {
          x[events] = column;
          y[events] = row;
          t[events] = time;
          p[events] = type;
          events++;
        } else {
          this.#faults.add(time >= 0 ? OUTSIDE : UNTIMED, offset + at);
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
