/**
 * Decoder of the DVS128 records of AEDAT files.
 *
 * @module
 */

import { allocateEvents, DVS128, type Events } from "../../events.ts";

/** Decoded pixel events, with the indices of other records. */
export interface DecodedEvents extends Events {
  /** Indices of the special events among the records. */
  readonly special: readonly number[];
  /**
   * Index of the first record with another sensor's address, at which decoding
   * stopped.
   */
  readonly foreign?: number;
}

/**
 * Decodes big-endian records of an address and a time.
 *
 * A DVS128 address has 15 bits: x = bits 8–14, y = bits 1–7, p = bit 0. Bit 15
 * marks a special event, as does bit 31 if jAER set it. Only other sensors use
 * bits 16–30.
 *
 * @param bytes Consecutive records.
 * @param eventBytes Size of a record in bytes: 6 with 16-bit addresses, 8 with
 *   32-bit addresses.
 * @returns The events up to the first foreign record.
 *
 * @example
 * ```ts
 * import { decodeEvents } from "./aedat_decode.ts";
 * const record = Uint8Array.of(0, 0, 0x05, 0x0f, 0x80, 0, 0, 1);
 * const { x, y, t, p } = decodeEvents(record, 8);
 * if (x[0] !== 5 || y[0] !== 7 || p[0] !== 1 || t[0] !== 0x80000001) {
 *   throw new Error("expected an event at column 5, row 7");
 * }
 * ```
 */
export function decodeEvents(
  bytes: Uint8Array<ArrayBuffer>,
  eventBytes: 6 | 8,
): DecodedEvents {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records = Math.floor(bytes.length / eventBytes);
  const { x, y, t, p } = allocateEvents(records);
  const special: number[] = [];
  const wide = eventBytes === 8;
  let foreign: number | undefined;
  let count = 0;
  for (let i = 0; i < records; i++) {
    const at = i * eventBytes;
    const address = wide ? view.getUint32(at) : view.getUint16(at);
    if (address > 0x7fff) {
      if ((address & 0x7fff0000) !== 0) {
        foreign = i;
        break;
      }
      special.push(i);
      continue;
    }
    x[count] = address >>> 8;
    y[count] = (address >>> 1) & 0x7f;
    p[count] = address & 1;
    t[count] = view.getUint32(at + eventBytes - 4);
    count++;
  }
  return {
    x: x.subarray(0, count),
    y: y.subarray(0, count),
    t: t.subarray(0, count),
    p: p.subarray(0, count),
    special,
    foreign,
  };
}

/**
 * Converts events to the axes and the polarity of jAER, in place.
 *
 * @param events Events with x = bits 8–14, y = bits 1–7, p = bit 0 of the
 *   address; its arrays are modified.
 * @returns The same arrays with x = 127 − bits 1–7, y = bits 8–14, p = 1 where
 *   bit 0 is clear.
 *
 * @example
 * ```ts
 * import { turnToJaerAxes } from "./aedat_decode.ts";
 * const { x, y, p } = turnToJaerAxes({
 *   x: Uint16Array.of(5),
 *   y: Uint16Array.of(7),
 *   t: Uint32Array.of(0),
 *   p: Uint8Array.of(1),
 * });
 * if (x[0] !== 120 || y[0] !== 5 || p[0] !== 0) throw new Error("wrong axes");
 * ```
 */
export function turnToJaerAxes(events: Events): Events {
  const { x, y, t, p } = events;
  const last = DVS128.width - 1;
  for (let i = 0; i < t.length; i++) {
    y[i] = last - y[i];
    p[i] ^= 1;
  }
  return { x: y, y: x, t, p };
}
