/**
 * Sequential reader of tables in SQLite files.
 *
 * The file is read page by page without a library: this works in browsers,
 * memory does not grow with the file, and errors give the byte offset of
 * damage.
 *
 * Source: SQLite, Database File Format.
 *
 * @module
 */

import type { RandomAccessFile } from "../../files/random_access_file.ts";
import { zerosError, type ZeroStart } from "./zero_bytes.ts";

/** Signature at the start of a file. */
export const SQLITE_MARK = "SQLite format 3\0";

/** Size of the file header on the first page in bytes. */
const HEADER_BYTES = 100;

/** Types of B-tree pages of a table. */
const INTERIOR = 0x05;
const LEAF = 0x0d;

/** Maximum depth of a B-tree. */
const MAX_DEPTH = 32;

/** Size of integers in bytes, by serial type. */
const INTEGER_BYTES = [0, 1, 2, 3, 4, 6, 8];

/** A value of a row; floating-point numbers are read as `null`. */
export type SqlValue = null | number | string | Uint8Array;

/** A row of a table. */
export interface SqlRow {
  /** Values by column name. */
  readonly values: ReadonlyMap<string, SqlValue>;
  /** Byte offset of the page on which the row starts. */
  readonly offset: number;
  /**
   * Start of the zeros at the end of the row if its last page has only zeros;
   * the index is that in the buffer of its values.
   */
  readonly zeros?: ZeroStart;
}

/** Page structure of the file. */
interface Pages {
  readonly file: RandomAccessFile;
  readonly pageBytes: number;
  /** Usable bytes per page. */
  readonly usable: number;
  /** Number of pages according to the header. */
  readonly count: number;
  /** Number of pages that may still be read; the limit detects cycles. */
  left: number;
}

/**
 * Reads the rows of a table.
 *
 * @param file The file.
 * @param name Name of the table.
 * @returns The rows in rowid order; none if there is no such table. An `INTEGER
 *   PRIMARY KEY` column has the rowid as its value.
 * @throws {RecordingError} If the file is not an SQLite file or is damaged,
 *   with the byte offset.
 *
 * @example
 * ```ts
 * import { readTable } from "./sqlite.ts";
 * import { RandomAccessFile } from "../../files/random_access_file.ts";
 * using file = await RandomAccessFile.open(new Blob(["a cat"]));
 * const read = () => Array.fromAsync(readTable(file, "messages"));
 * const message = await read().catch((error: Error) => error.message);
 * if (!`${message}`.includes("SQLite")) throw new Error("expected a refusal");
 * ```
 */
export async function* readTable(
  file: RandomAccessFile,
  name: string,
): AsyncGenerator<SqlRow, void, void> {
  const pages = await readHeader(file);
  for await (
    const { values } of readRows(pages, { page: 1, columns: SCHEMA })
  ) {
    if (values.get("type") !== "table" || values.get("name") !== name) continue;
    const [root, sql] = [values.get("rootpage"), values.get("sql")];
    if (typeof root !== "number" || typeof sql !== "string") continue;
    yield* readRows(pages, { page: root, columns: columnsIn(sql) });
    return;
  }
}

/** A column, and whether it is an alias of the rowid. */
interface Column {
  readonly name: string;
  readonly isRowNumber: boolean;
}

/** Columns of the schema table, whose root is the first page. */
const SCHEMA: readonly Column[] = [
  "type",
  "name",
  "tbl_name",
  "rootpage",
  "sql",
]
  .map((name) => ({ name, isRowNumber: false }));

/** Parses the columns in a `CREATE TABLE` statement. */
function columnsIn(sql: string): Column[] {
  const list = sql.slice(sql.indexOf("(") + 1, sql.lastIndexOf(")"));
  return list.split(",").map((column) => ({
    name: /[\w]+/.exec(column)?.[0] ?? "",
    isRowNumber: /\bINTEGER\s+PRIMARY\s+KEY\b/i.test(column),
  }));
}

async function readHeader(file: RandomAccessFile): Promise<Pages> {
  const header = await file.read(0, Math.min(HEADER_BYTES, file.size));
  const mark = new TextDecoder("latin1").decode(
    header.subarray(0, SQLITE_MARK.length),
  );
  if (mark !== SQLITE_MARK || header.length < HEADER_BYTES) {
    throw file.damage(0, "the header of a SQLite file belongs here");
  }
  const view = new DataView(header.buffer, header.byteOffset);
  const size = view.getUint16(16);
  const pageBytes = size === 1 ? 1 << 16 : size;
  const usable = pageBytes - view.getUint8(20);
  if (pageBytes < 512 || (pageBytes & pageBytes - 1) !== 0 || usable < 480) {
    throw file.damage(16, `a page of ${pageBytes} bytes, ${usable} in use`);
  }
  return {
    file,
    pageBytes,
    usable,
    count: view.getUint32(28),
    left: 2 * Math.ceil(file.size / pageBytes),
  };
}

/** Reads a copy of a page. */
async function readPage(
  pages: Pages,
  page: number,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; offset: number }> {
  const { file, pageBytes, count } = pages;
  const offset = (page - 1) * pageBytes;
  if (page < 1 || offset + pageBytes > file.size) {
    const at = Math.min(Math.max(offset, 0), file.size);
    const there = Math.floor(file.size / pageBytes);
    const problem = `page ${page} of ${there} is referenced`;
    throw page >= 1 && page <= count
      ? file.cutOff(at, { part: "page", bytes: pageBytes, problem })
      : file.damage(at, problem);
  }
  if (pages.left-- <= 0) throw file.damage(offset, "pages go in a circle");
  return { bytes: (await file.read(offset, pageBytes)).slice(), offset };
}

/** Part of a table's B-tree to read. */
interface TablePart {
  /** Page of the root or of a subtree. */
  readonly page: number;
  readonly columns: readonly Column[];
  /** Depth of this page in the tree. @default 0 */
  readonly depth?: number;
}

async function* readRows(
  pages: Pages,
  { page, columns, depth = 0 }: TablePart,
): AsyncGenerator<SqlRow, void, void> {
  const { bytes, offset } = await readPage(pages, page);
  const damage = (problem: string) =>
    pages.file.damage(offset, `a page of a table is damaged: ${problem}`);
  if (depth > MAX_DEPTH) throw damage("the tree is too deep");
  const view = new DataView(bytes.buffer);
  const start = page === 1 ? HEADER_BYTES : 0;
  const type = bytes[start];
  const cells = view.getUint16(start + 3);
  if (hasOnlyZeros(bytes)) {
    throw await zerosError(pages.file, { part: "page", offset });
  }
  if (type !== INTERIOR && type !== LEAF) throw damage(`its type is ${type}`);
  const first = start + (type === INTERIOR ? 12 : 8);
  if (first + 2 * cells > bytes.length) throw damage(`it claims ${cells} rows`);
  for (let cell = 0; cell < cells; cell++) {
    const at = view.getUint16(first + 2 * cell);
    if (at + 4 > bytes.length) throw damage(`a row is at ${at}`);
    if (type === INTERIOR) {
      const child = view.getUint32(at);
      yield* readRows(pages, { page: child, columns, depth: depth + 1 });
      continue;
    }
    const length = readVarint(bytes, at);
    const number = readVarint(bytes, length.end);
    const { payload, zeros } = await readPayload(pages, {
      bytes,
      at: number.end,
      length: length.value,
      offset,
    });
    try {
      const values = parseRecord(payload, { columns, number: number.value });
      yield { values, offset, zeros };
    } catch (cause) {
      if (cause instanceof RangeError) throw damage(cause.message);
      throw cause;
    }
  }
  if (type === INTERIOR) {
    const child = view.getUint32(start + 8);
    yield* readRows(pages, { page: child, columns, depth: depth + 1 });
  }
}

/** Reads a varint of 1 to 9 bytes; returns it with its end. */
function readVarint(
  bytes: Uint8Array,
  at: number,
): { value: number; end: number } {
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const byte = bytes[at + i];
    value = value * 128 + (byte & 0x7f);
    if (byte < 128) return { value, end: at + i + 1 };
  }
  return { value: value * 256 + (bytes[at + 8] ?? 0), end: at + 9 };
}

/** Location of a row's payload. */
interface PayloadPlace {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly at: number;
  readonly length: number;
  readonly offset: number;
}

/** Payload of a row, and start of the zeros in it if its last page is zeros. */
interface Payload {
  readonly payload: Uint8Array<ArrayBuffer>;
  readonly zeros?: ZeroStart;
}

/** Reads the payload of a row, including its overflow pages. */
async function readPayload(
  pages: Pages,
  { bytes, at, length, offset }: PayloadPlace,
): Promise<Payload> {
  const { file, usable } = pages;
  if (!(length <= file.size)) {
    throw file.damage(offset, `a row claims ${length} bytes`);
  }
  const most = usable - 35;
  const least = Math.floor((usable - 12) * 32 / 255) - 23;
  const part = least + (length - least) % (usable - 4);
  const local = length <= most ? length : part <= most ? part : least;
  const end = at + local;
  if (end + (local < length ? 4 : 0) > bytes.length) {
    throw file.damage(offset, `a row of ${length} bytes is cut off`);
  }
  if (local === length) return { payload: bytes.subarray(at, end) };
  const payload = new Uint8Array(length);
  payload.set(bytes.subarray(at, end));
  let next = new DataView(bytes.buffer).getUint32(end);
  for (let filled = local; filled < length;) {
    const { bytes, offset } = await readPage(pages, next);
    const content = bytes.subarray(4, Math.min(usable, 4 + length - filled));
    payload.set(content, filled);
    if (hasOnlyZeros(bytes)) {
      // The last page of a row may be zeros: it names no next one.
      const isLast = filled + content.length === length;
      if (isLast) return { payload, zeros: { at: filled, offset: offset + 4 } };
      throw await zerosError(file, { part: "page", offset });
    }
    filled += content.length;
    next = new DataView(bytes.buffer).getUint32(0);
  }
  return { payload };
}

function hasOnlyZeros(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/** Parses a record: serial types, then values. */
function parseRecord(
  payload: Uint8Array<ArrayBuffer>,
  { columns, number }: {
    readonly columns: readonly Column[];
    readonly number: number;
  },
): Map<string, SqlValue> {
  const values = new Map<string, SqlValue>();
  const head = readVarint(payload, 0);
  let at = head.value;
  let typeAt = head.end;
  for (const { name, isRowNumber } of columns) {
    if (typeAt >= head.value) break;
    const type = readVarint(payload, typeAt);
    typeAt = type.end;
    const size = sizeOf(type.value);
    if (!(at + size <= payload.length)) {
      throw new RangeError("a value is cut off");
    }
    const bytes = payload.subarray(at, at + size);
    at += size;
    values.set(name, isRowNumber ? number : valueOf(type.value, bytes));
  }
  return values;
}

/** Computes the size of a value in bytes from its serial type. */
function sizeOf(type: number): number {
  if (type >= 12) return Math.floor((type - 12) / 2);
  return INTEGER_BYTES[type] ?? (type === 7 ? 8 : 0);
}

function valueOf(type: number, bytes: Uint8Array): SqlValue {
  if (type >= 12) {
    return type % 2 === 0 ? bytes : new TextDecoder().decode(bytes);
  }
  if (type === 8 || type === 9) return type - 8;
  if (type === 0 || type > 6) return null;
  const [first, ...rest] = bytes;
  return rest.reduce((value, byte) => value * 256 + byte, first << 24 >> 24);
}
