/**
 * Zeros at the end of a file of messages, as after a crash, which begin inside
 * a message or a chunk.
 *
 * @module
 */

import type { RecordingError } from "../../files/errors.ts";
import type { RandomAccessFile } from "../../files/random_access_file.ts";
import { startOfZeros, zeroTailError } from "../reading/zero_tail.ts";

/** Maximum number of zeros at the end of a file that is whole. */
const FILE_ZEROS = 16;

/** Maximum number of zeros at the end of a chunk or message that is whole. */
export const PART_ZEROS = 8;

/** Range of bytes in a file. */
interface Range {
  /** Byte offset of the first one. */
  readonly start: number;
  /** Byte offset after the last one. */
  readonly end: number;
}

/** Start of the zeros in a message. */
export interface ZeroStart {
  /** Index of the first zero in the message. */
  readonly at: number;
  /** Its byte offset in the file. */
  readonly offset: number;
}

/**
 * Finds the zeros at the end of a file in a message.
 *
 * @param zeros Byte offset of the zeros.
 * @param message Place of the message in the file.
 * @returns Their start; `undefined` if they begin after the message.
 *
 * @example
 * ```ts
 * import { zerosIn } from "./zero_bytes.ts";
 * const zeros = zerosIn(70, { start: 60, end: 80 });
 * if (zeros?.at !== 10) throw new Error("expected ten bytes before the zeros");
 * ```
 */
export function zerosIn(
  zeros: number,
  { start, end }: Range,
): ZeroStart | undefined {
  if (zeros >= end) return undefined;
  const offset = Math.max(zeros, start);
  return { at: offset - start, offset };
}

/** Errors of a part of a file that ends in zeros. */
export interface ZeroCut {
  /** Error if the part cannot be read; `undefined` if zeros are not why. */
  readonly ifDamaged?: RecordingError;
  /**
   * Error even if it can be read; `undefined` if the part does not end in more
   * zeros than a whole one.
   */
  readonly always?: RecordingError;
}

/**
 * Makes the errors of a chunk, record or message in a file that ends in zeros.
 *
 * @param file The file.
 * @param part Name and place of the part, and byte offset of the zeros.
 * @returns The errors.
 *
 * @example
 * ```ts
 * import { cutByZeros } from "./zero_bytes.ts";
 * import { RandomAccessFile } from "../../files/random_access_file.ts";
 * using file = await RandomAccessFile.open(new Blob([new Uint8Array(90)]));
 * const part = { name: "chunk", start: 60, end: 80 };
 * const { always } = cutByZeros(file, { ...part, zeros: 70 });
 * if (!always?.message.endsWith("from byte 70 on a chunk has only zeros")) {
 *   throw new Error(always?.message);
 * }
 * // A chunk by LZ4 ends in four zeros.
 * const whole = cutByZeros(file, { ...part, zeros: 76 });
 * if (whole.always !== undefined) throw new Error("expected none");
 * ```
 */
export function cutByZeros(
  file: RandomAccessFile,
  { name, start, end, zeros }: Range & {
    readonly name: string;
    readonly zeros: number;
  },
): ZeroCut {
  if (zeros >= end || file.size - zeros <= FILE_ZEROS) return {};
  const problem = `from byte ${zeros} on a ${name} has only zeros`;
  const ifDamaged = file.cutOff(start, { part: name, bytes: 0, problem });
  return end - zeros > PART_ZEROS
    ? { ifDamaged, always: ifDamaged }
    : { ifDamaged };
}

/**
 * Makes the error of a part that has only zeros from some byte on.
 *
 * @param file The file.
 * @param place Name of the part, byte offset of what is left out of it, and
 *   byte offset of a zero from there on, if that is another one.
 * @returns A `CutOffError` if the file has only zeros from there on, otherwise
 *   the error of damage.
 *
 * @example
 * ```ts
 * import { zerosError } from "./zero_bytes.ts";
 * import { CutOffError } from "../../files/errors.ts";
 * import { RandomAccessFile } from "../../files/random_access_file.ts";
 * const bytes = Uint8Array.of(7, 0, 0, 7, 0, 0);
 * using file = await RandomAccessFile.open(new Blob([bytes]));
 * const damage = await zerosError(file, { part: "page", offset: 1 });
 * if (!damage.message.endsWith("1 of 6: a page has only zeros")) {
 *   throw new Error(damage.message);
 * }
 * const cut = await zerosError(file, { part: "page", offset: 4 });
 * if (!(cut instanceof CutOffError)) throw new Error(cut.message);
 * ```
 */
export async function zerosError(
  file: RandomAccessFile,
  { part, offset, zero = offset }: {
    readonly part: string;
    readonly offset: number;
    readonly zero?: number;
  },
): Promise<RecordingError> {
  return zero >= await startOfZeros(file, 0)
    ? zeroTailError(file.path, { offset, size: file.size })
    : file.damage(offset, `a ${part} has only zeros`);
}

/** Places of the events and their times in a message. */
export interface TimedEvents {
  /** Number of events. */
  readonly count: number;
  /** Index of the first event's first byte. */
  readonly base: number;
  /** Number of bytes from the time of an event to that of the next one. */
  readonly stride: number;
  /**
   * Number of bytes by which all events but the first begin earlier.
   *
   * @default 0
   */
  readonly lead?: number;
  /** Place of the time in the first event, and size of a time in bytes. */
  readonly timeAt: number;
  readonly timeBytes: number;
  /** Reads the time at an index. */
  readonly readTime: (at: number) => number;
  /** Time of an event of zeros; -Infinity if zeros are never an event. */
  readonly zeroTime: number;
  /** Time of the last event of the message before. */
  readonly timeBefore: number;
}

/**
 * Finds events of zeros at the end of a message.
 *
 * Zeros are an event where time does not step back to theirs. An event whose
 * time the zeros begin in is left out with them if that time steps back.
 *
 * @param events Events of the message.
 * @param zeros Where zeros begin in the message, if they do.
 * @returns The number of events before the zeros, and the index of the first
 *   byte that is left out; `undefined` if none is.
 *
 * @example
 * ```ts
 * import { findZeroEvents } from "./zero_bytes.ts";
 * const bytes = Uint8Array.of(10, 1, 20, 2, 0, 0, 0, 0);
 * const found = findZeroEvents({
 *   count: 4,
 *   base: 0,
 *   stride: 2,
 *   timeAt: 0,
 *   timeBytes: 1,
 *   readTime: (at) => bytes[at],
 *   zeroTime: 0,
 *   timeBefore: 0,
 * }, { at: 4, offset: 70 });
 * if (found?.whole !== 2 || found.at !== 4) throw new Error("expected two");
 * ```
 */
export function findZeroEvents(
  events: TimedEvents,
  zeros: ZeroStart | undefined,
): { readonly whole: number; readonly at: number } | undefined {
  if (zeros === undefined) return undefined;
  const { count, base, stride, lead = 0, timeAt, timeBytes } = events;
  const timeOf = (i: number) =>
    i < 0 ? events.timeBefore : events.readTime(base + stride * i + timeAt);
  const left = (whole: number) => {
    const at = base + Math.max(0, stride * whole - lead);
    return { whole, at };
  };
  const before = zeros.at <= base
    ? 0
    : Math.min(count, Math.ceil((zeros.at - base + lead) / stride));
  const last = before - 1;
  const timeEnd = base + stride * last + timeAt + timeBytes;
  if (last >= 0 && zeros.at < timeEnd && timeOf(last) < timeOf(last - 1)) {
    return left(last);
  }
  if (before === count) return undefined;
  // Two events of one pixel have not the same time.
  const isNone = timeOf(last) > events.zeroTime ||
    before === 0 && count > 1;
  return isNone ? left(before) : undefined;
}
