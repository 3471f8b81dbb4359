/**
 * Decoder of chunks in Prophesee's event compression for HDF5, filter 0x8ECF.
 *
 * A chunk starts with its number of events and two flags, followed by all times
 * and then by rows, columns and polarities in one of three encodings.
 *
 * @module
 */

import type { EventBlock } from "../reading/format.ts";

/** Number of the filter. */
export const ECF_FILTER = 0x8ecf;

/** Maximum number of events per chunk. */
const MAX_EVENTS = 65535;

/** Flag: rows, columns and polarities are packed, 12 bytes per four events. */
const PACKED_ALL = 2;

/** Flag: columns and polarities are packed, 6 bytes per four events. */
const PACKED_COLUMNS = 1;

/** Length of runs up to which a loop is faster than `fill()`. */
const SHORT_RUN = 16;

/** A chunk with the offset of the next byte to read. */
interface Cursor {
  readonly view: DataView;
  at: number;
}

/** Event columns to be filled. */
interface Columns extends EventBlock {
  readonly count: number;
}

/**
 * Decompresses a chunk.
 *
 * @param view The chunk.
 * @returns Its events.
 * @throws {RangeError} If it is damaged.
 *
 * @example
 * ```ts
 * import { decodeEcf } from "./ecf.ts";
 * // One event at 1000 µs: (5, 7), ON, all packed.
 * const bytes = new Uint8Array(4 + 8 + 1 + 12);
 * bytes.set([1 << 2 | 2, 0, 0, 0, 0xe8, 3, 0, 0, 0, 0, 0, 0, 1]);
 * new DataView(bytes.buffer).setUint32(13, (7 << 12 | 5 << 1 | 1) << 8, true);
 * const { x, y, t, p } = decodeEcf(new DataView(bytes.buffer));
 * if (`${x},${y},${t},${p}` !== "5,7,1000,1") throw new Error("misread");
 * ```
 */
export function decodeEcf(view: DataView): EventBlock {
  const head = view.getUint32(0, true);
  const count = head >>> 2;
  if (count > MAX_EVENTS) throw new RangeError(`it claims ${count} events`);
  const columns: Columns = {
    count,
    x: new Uint16Array(count),
    y: new Uint16Array(count),
    t: new Float64Array(count),
    p: new Uint8Array(count),
  };
  const cursor: Cursor = { view, at: 4 };
  readTimes(cursor, columns);
  if (head & PACKED_ALL) readPackedAll(cursor, columns);
  else {
    readRows(cursor, columns);
    if (head & PACKED_COLUMNS) readPackedColumns(cursor, columns);
    else {
      readMaskedColumns(cursor, columns);
      readPolarities(cursor, columns);
    }
  }
  const { x, y, t, p } = columns;
  return { x, y, t, p };
}

/** Fills a run of equal values; returns the index after it. */
function fillRun(
  column: Uint16Array | Float64Array | Uint8Array,
  { first, run, value }: { first: number; run: number; value: number },
): number {
  if (run === 0 || first + run > column.length) {
    throw new RangeError(`a run of ${run} events at ${first}`);
  }
  const end = first + run;
  // Most runs are short, for which a call takes longer than a loop.
  if (run > SHORT_RUN) column.fill(value, first, end);
  else for (let i = first; i < end; i++) column[i] = value;
  return end;
}

/**
 * Reads times: the start time, then bytes with a time step of up to 14 µs in
 * the high nibble and the number of events at that time in the low nibble. A
 * high nibble of 15 extends the step by four bits; a low nibble of 15 means
 * that a 16-bit count follows.
 */
function readTimes(cursor: Cursor, { t, count }: Columns): void {
  const { view } = cursor;
  let time = view.getUint32(4, true) + view.getInt32(8, true) * 2 ** 32;
  cursor.at = 12;
  for (let i = 0; i < count;) {
    let byte = view.getUint8(cursor.at++);
    let step = 0;
    for (let weight = 1; byte >= 0xf0; weight *= 16) {
      step += (byte & 0xf) * weight;
      byte = view.getUint8(cursor.at++);
      if (!Number.isSafeInteger(step)) throw new RangeError("a step too long");
    }
    time += step + (byte >> 4);
    let run = byte & 0xf;
    if (run === 0xf) {
      run = view.getUint16(cursor.at, true);
      cursor.at += 2;
    }
    i = fillRun(t, { first: i, run, value: time });
  }
}

/**
 * Reads rows: y in bits 5–15 and a run length of up to 30 in bits 0–4; 31 means
 * that a 16-bit run length follows.
 */
function readRows(cursor: Cursor, { y, count }: Columns): void {
  for (let i = 0; i < count;) {
    const word = cursor.view.getUint16(cursor.at, true);
    cursor.at += 2;
    let run = word & 0x1f;
    if (run === 0x1f) {
      run = cursor.view.getUint16(cursor.at, true);
      cursor.at += 2;
    }
    i = fillRun(y, { first: i, run, value: word >> 5 });
  }
}

/**
 * Reads columns: x in bits 5–15, with a mask of the next five columns in bits
 * 4–0. The last mask may extend beyond the events, because Prophesee's encoder
 * compares the last column with uninitialised memory.
 */
function readMaskedColumns(cursor: Cursor, { x, count }: Columns): void {
  for (let i = 0; i < count;) {
    const word = cursor.view.getUint16(cursor.at, true);
    cursor.at += 2;
    const column = word >> 5;
    // Each is written behind the last one, and stays if its bit is set, which
    // takes no branch. Those beyond the end of the column are not written.
    x[i++] = column;
    for (let next = 1; next <= 5; next++) {
      x[i] = column + next;
      i += word >> (5 - next) & 1;
    }
  }
}

/**
 * Reads polarities: p in bit 7 and a run length of up to 126 in bits 0–6; 127
 * means that a 16-bit run length follows.
 */
function readPolarities(cursor: Cursor, { p, count }: Columns): void {
  for (let i = 0; i < count;) {
    const byte = cursor.view.getUint8(cursor.at++);
    let run = byte & 0x7f;
    if (run === 0x7f) {
      run = cursor.view.getUint16(cursor.at, true);
      cursor.at += 2;
    }
    i = fillRun(p, { first: i, run, value: byte >> 7 });
  }
}

/** Reads x and p, packed as four events in three 16-bit words. */
function readPackedColumns(cursor: Cursor, { x, p, count }: Columns): void {
  const { view } = cursor;
  for (let i = 0; i < count; i += 4, cursor.at += 6) {
    const a = view.getUint16(cursor.at, true);
    const b = view.getUint16(cursor.at + 2, true);
    const c = view.getUint16(cursor.at + 4, true);
    const four = [
      a >> 4,
      a & 0xf | b >> 8 << 4,
      b & 0xff | c >> 12 << 8,
      c & 0xfff,
    ];
    for (let k = 0; k < 4 && i + k < count; k++) {
      x[i + k] = four[k] >> 1;
      p[i + k] = four[k] & 1;
    }
  }
}

/** Reads y, x and p, packed as four events in three 32-bit words. */
function readPackedAll(cursor: Cursor, { x, y, p, count }: Columns): void {
  const { view } = cursor;
  for (let i = 0; i < count; i += 4, cursor.at += 12) {
    const a = view.getUint32(cursor.at, true);
    const b = view.getUint32(cursor.at + 4, true);
    const c = view.getUint32(cursor.at + 8, true);
    const four = [
      a >>> 8,
      a & 0xff | b >>> 16 << 8,
      b & 0xffff | c >>> 24 << 16,
      c & 0xffffff,
    ];
    for (let k = 0; k < 4 && i + k < count; k++) {
      y[i + k] = four[k] >> 12 & 0x7ff;
      x[i + k] = four[k] >> 1 & 0x7ff;
      p[i + k] = four[k] & 1;
    }
  }
}
