/**
 * Zeros at the end of recordings, which a file system leaves that lost power
 * before it wrote the last blocks of a file. In many formats they would be
 * events of pixel (0, 0).
 *
 * @module
 */

import type { RecordingFile } from "../../files/buffered_file.ts";
import { CutOffError } from "../../files/errors.ts";
import type { FileSource } from "../../files/file_source.ts";
import { RandomAccessFile } from "../../files/random_access_file.ts";
import { ZEROS } from "./fault_counts.ts";

/** Number of bytes read first, and then again and again, from the end. */
const [FIRST_BYTES, MORE_BYTES] = [512, 1 << 20];

/** Distinction between records of zeros and events of pixel (0, 0). */
export interface ZeroRecords {
  /**
   * Smallest number of zero records at the end that are no events: 1 where the
   * time of an event would step back to 0, otherwise 2, because no pixel has
   * two events within 1 µs.
   */
  readonly least: number;
  /** Reads the time of the record at an offset, if records hold all of it. */
  readonly timeAt?: (view: DataView, at: number) => number;
}

/** Location of zeros at the end of a file. */
export interface ZeroTail {
  /** Byte offset of the first record that is left out. */
  readonly offset: number;
  /** Size of the file in bytes. */
  readonly size: number;
}

/** Records of a file. */
interface Records extends ZeroRecords {
  /** Byte offset of the first record. */
  readonly start: number;
  /** Size of a record in bytes. */
  readonly bytes: number;
}

/** Bytes that are read at given offsets, such as a `RandomAccessFile`. */
export interface Content {
  /** Number of all bytes. */
  readonly size: number;
  /** Reads some of them. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/**
 * Finds records of zeros at the end of a file.
 *
 * They are events if the record before them has time 0 as well. A record that
 * the zeros begin in is left out with them if its time steps back.
 *
 * @param source The file, which may be open, or all its bytes.
 * @param records Position and size of its records, and when zeros are events.
 * @returns The zeros; `undefined` if there are none.
 * @throws {RecordingError} If the file cannot be read.
 *
 * @example
 * ```ts
 * import { findZeroTail } from "./zero_tail.ts";
 * const bytes = Uint8Array.of(1, 10, 2, 20, 0, 0, 0, 0);
 * const tail = await findZeroTail(bytes, {
 *   start: 0,
 *   bytes: 2,
 *   least: 1,
 *   timeAt: (view, at) => view.getUint8(at + 1),
 * });
 * if (tail?.offset !== 4) throw new Error("expected zeros from byte 4 on");
 * ```
 */
export async function findZeroTail(
  source: FileSource | RandomAccessFile | Uint8Array,
  records: Records,
): Promise<ZeroTail | undefined> {
  if (source instanceof RandomAccessFile) {
    return await zeroTailOf(source, records);
  }
  if (source instanceof Uint8Array) {
    return await zeroTailOf({
      size: source.length,
      read: (offset, length) =>
        Promise.resolve(source.subarray(offset, offset + length)),
    }, records);
  }
  using file = await RandomAccessFile.open(source);
  return await zeroTailOf(file, records);
}

async function zeroTailOf(
  content: Content,
  { start, bytes, least, timeAt }: Records,
): Promise<ZeroTail | undefined> {
  const { size } = content;
  const zeros = await startOfZeros(content, start);
  // Records before the zeros, with the one that they begin in.
  const before = Math.ceil((zeros - start) / bytes);
  const offset = start + before * bytes;
  const few = before === 0 ? 2 : least;
  if (Math.floor((size - offset) / bytes) < few) return undefined;
  if (before === 0 || timeAt === undefined) return { offset, size };
  const timeBefore = async (end: number) =>
    timeAt(viewOf(await content.read(end - bytes, bytes)), 0);
  const time = await timeBefore(offset);
  if (before > 1 && zeros < offset) {
    const earlier = await timeBefore(offset - bytes);
    if (time < earlier) return { offset: offset - bytes, size };
  }
  return time === 0 ? undefined : { offset, size };
}

/**
 * Finds the first of the zeros at the end of a file.
 *
 * @param content Content of the file.
 * @param start Byte offset from which on zeros count.
 * @returns Byte offset of the first zero; the size of the file if there is none.
 * @throws {RecordingError} If the file cannot be read.
 *
 * @example
 * ```ts
 * import { RandomAccessFile } from "../../files/random_access_file.ts";
 * import { startOfZeros } from "./zero_tail.ts";
 * const blob = new Blob([Uint8Array.of(0, 7, 0, 0, 0)]);
 * using file = await RandomAccessFile.open(blob);
 * const zeros = await startOfZeros(file, 0);
 * if (zeros !== 2) throw new Error(`${zeros}`);
 * ```
 */
export async function startOfZeros(
  content: Content,
  start: number,
): Promise<number> {
  let end = content.size;
  for (let most = FIRST_BYTES; end > start; most = MORE_BYTES) {
    const from = Math.max(start, end - most);
    const bytes = await content.read(from, end - from);
    const last = bytes.findLastIndex((byte) => byte !== 0);
    if (last >= 0) return from + last + 1;
    end = from;
  }
  return start;
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}

/**
 * Makes a file end before the zeros at its end: its `fill()` then throws a
 * `CutOffError`.
 *
 * @param file The file, at its first record.
 * @param source The same file.
 * @param records Size of its records, and when zeros are events.
 * @throws {RecordingError} If the file cannot be read.
 *
 * @example
 * ```ts
 * import { RecordingFile } from "../../files/buffered_file.ts";
 * import { endBeforeZeros } from "./zero_tail.ts";
 * const source = new Blob([Uint8Array.of(7, 0, 0, 0)]);
 * using file = await RecordingFile.open(source);
 * await endBeforeZeros(file, source, { bytes: 1, least: 2 });
 * await file.fill();
 * if (file.bytes.join() !== "7") throw new Error(file.bytes.join());
 * ```
 */
export async function endBeforeZeros(
  file: RecordingFile,
  source: FileSource,
  records: Omit<Records, "start">,
): Promise<void> {
  const tail = await findZeroTail(source, { ...records, start: file.offset });
  if (tail !== undefined) file.endWith(zeroTailError(file.path, tail));
}

/**
 * Makes the error of a file that ends in zeros.
 *
 * @param path The file.
 * @param tail The zeros.
 * @returns The error.
 *
 * @example
 * ```ts
 * import { zeroTailError } from "./zero_tail.ts";
 * const { message } = zeroTailError("a.dat", { offset: 16, size: 24 });
 * if (!message.endsWith("byte 16 of 24: only zeros follow")) {
 *   throw new Error(message);
 * }
 * ```
 */
export function zeroTailError(
  path: string,
  { offset, size }: ZeroTail,
): CutOffError {
  return new CutOffError(path, `byte ${offset} of ${size}: only zeros follow`, {
    offset,
    lost: ZEROS,
    count: size - offset,
  });
}
