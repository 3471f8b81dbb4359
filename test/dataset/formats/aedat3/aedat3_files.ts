/**
 * Files of AEDAT 3.1, made from the specification.
 *
 * @module
 */

import { concatBytes } from "../aedat_files.ts";
import type { Row } from "../recordings.ts";

/** A header as DVS Gesture has it. */
export const HEADER = "#!AER-DAT3.1\r\n#Format: RAW\r\n" +
  "#Source 1: DVS128\r\n#-Source 0: DVS128\r\n#!END-HEADER\r\n";

/** Encodes a valid polarity event, by arithmetic instead of shifts. */
export function polarity([x, y, t, p]: Row): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, x * 131072 + y * 4 + p * 2 + 1, true);
  view.setInt32(4, t, true);
  return new Uint8Array(view.buffer);
}

/** Encodes a packet. */
export function packet(
  events: readonly Uint8Array[],
  { type = 1, source = 1, overflows = 0, capacity = events.length } = {},
): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(28));
  view.setInt16(0, type, true);
  view.setInt16(2, source, true);
  [8, 4, overflows, capacity, events.length, events.length].forEach(
    (value, i) => view.setInt32(4 + 4 * i, value, true),
  );
  const room = new Uint8Array(8 * (capacity - events.length));
  return concatBytes(new Uint8Array(view.buffer), ...events, room);
}

/** Encodes a file. */
export function aedat3File(
  ...packets: readonly Uint8Array[]
): Uint8Array<ArrayBuffer> {
  return concatBytes(HEADER, ...packets);
}
