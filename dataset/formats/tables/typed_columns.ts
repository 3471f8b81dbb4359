/**
 * Decoding of columns of NumPy arrays straight to the columns of events, while
 * all their values are valid.
 *
 * @module
 */

import { FIRST_FLOAT, readValues, type Strided } from "./npy_values.ts";

/** A column to decode. */
export interface ColumnBytes extends Strided {
  /** The bytes with the values. */
  readonly bytes: Uint8Array;
}

/**
 * Decodes a column of pixels.
 *
 * @param column The column.
 * @param into Destination, whose length is the number of values.
 * @param room At least as many numbers, which are overwritten.
 * @returns Whether all values are whole numbers from 0 to 65535.
 *
 * @example
 * ```ts
 * import { parseNpyType } from "./npy_values.ts";
 * import { decodePixels } from "./typed_columns.ts";
 * const x = new Uint16Array(2);
 * const column = { offset: 0, stride: 2, type: parseNpyType(">i2")! };
 * const bytes = Uint8Array.of(1, 2, 0, 3);
 * const areValid = decodePixels({ ...column, bytes }, x, new Float64Array(2));
 * if (!areValid || `${x}` !== "258,3") throw new Error(`${x}`);
 * ```
 */
export function decodePixels(
  column: ColumnBytes,
  into: Uint16Array,
  room: Float64Array,
): boolean {
  const { bytes, type: { size, code, littleEndian }, offset, stride } = column;
  const count = into.length;
  if (code >= FIRST_FLOAT) {
    const values = room.subarray(0, count);
    readValues(bytes, values, column);
    let areValid = true;
    for (let i = 0; i < count; i++) {
      into[i] = values[i];
      if (into[i] !== values[i]) areValid = false;
    }
    return areValid;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isSigned = code % 2 === 0;
  let at = offset;
  // Bits that occur in any value.
  let bits = 0;
  switch (size) {
    case 1:
      for (let i = 0; i < count; i++, at += stride) {
        const value = view.getUint8(at);
        into[i] = value;
        bits |= value;
      }
      return !isSigned || bits < 0x80;
    case 2:
      for (let i = 0; i < count; i++, at += stride) {
        const value = view.getUint16(at, littleEndian);
        into[i] = value;
        bits |= value;
      }
      return !isSigned || bits < 0x8000;
    case 4:
      for (let i = 0; i < count; i++, at += stride) {
        const value = view.getInt32(at, littleEndian);
        into[i] = value;
        bits |= value;
      }
      return bits >>> 16 === 0;
  }
  const low = littleEndian ? 0 : 4;
  let upper = 0;
  for (let i = 0; i < count; i++, at += stride) {
    const value = view.getInt32(at + low, littleEndian);
    into[i] = value;
    bits |= value;
    upper |= view.getInt32(at + 4 - low, littleEndian);
  }
  return bits >>> 16 === 0 && upper === 0;
}

/**
 * Decodes a column of polarities, which are ON if they are above 0.
 *
 * @param column The column.
 * @param into Destination, whose length is the number of values: 1 for ON, else
 *   0.
 * @param room At least as many numbers, which are overwritten.
 *
 * @example
 * ```ts
 * import { parseNpyType } from "./npy_values.ts";
 * import { decodePolarities } from "./typed_columns.ts";
 * const p = new Uint8Array(2);
 * const column = { offset: 0, stride: 1, type: parseNpyType("|i1")! };
 * const bytes = Uint8Array.of(255, 1);
 * decodePolarities({ ...column, bytes }, p, new Float64Array(2));
 * if (`${p}` !== "0,1") throw new Error(`${p}`);
 * ```
 */
export function decodePolarities(
  column: ColumnBytes,
  into: Uint8Array,
  room: Float64Array,
): void {
  const { bytes, type: { size, code }, offset, stride } = column;
  const count = into.length;
  if (size === 1) {
    // Without a branch, which random polarities would make slow: as an unsigned
    // number, 0 - 1 is above the most.
    const most = code === 0 ? 0x7f : 0xff;
    for (let i = 0, at = offset; i < count; i++, at += stride) {
      into[i] = Number(bytes[at] - 1 >>> 0 < most);
    }
    return;
  }
  const values = room.subarray(0, count);
  readValues(bytes, values, column);
  for (let i = 0; i < count; i++) into[i] = Number(values[i] > 0);
}

/**
 * Decodes a column of times.
 *
 * @param column The column.
 * @param into Destination in µs, whose length is the number of values.
 * @param unitUs Unit of the column in µs.
 * @returns Whether all times are finite.
 *
 * @example
 * ```ts
 * import { parseNpyType } from "./npy_values.ts";
 * import { decodeTimes } from "./typed_columns.ts";
 * const t = new Float64Array(1);
 * const column = { offset: 0, stride: 1, type: parseNpyType("|u1")! };
 * const bytes = Uint8Array.of(7);
 * if (!decodeTimes({ ...column, bytes }, t, 1000) || t[0] !== 7000) {
 *   throw new Error(`${t}`);
 * }
 * ```
 */
export function decodeTimes(
  column: ColumnBytes,
  into: Float64Array,
  unitUs: number,
): boolean {
  readValues(column.bytes, into, column);
  const isFloat = column.type.code >= FIRST_FLOAT;
  if (!isFloat && unitUs === 1) return true;
  let areFinite = true;
  for (let i = 0; i < into.length; i++) {
    const time = into[i] * unitUs;
    if (!Number.isFinite(time)) areFinite = false;
    into[i] = unitUs === 1 ? time : Math.round(time);
  }
  return areFinite;
}
