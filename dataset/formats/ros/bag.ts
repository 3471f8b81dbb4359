/**
 * Reader of messages in ROS 1 bags.
 *
 * A bag is a sequence of records. Most messages are in chunks, which are
 * sequences of records too. Reading in order does not need the indices.
 *
 * Source: ROS, Bags, format 2.0.
 *
 * @module
 */

import { decompressBzip2 } from "../../files/compression/bzip2.ts";
import { Lz4Decoder } from "../../files/compression/lz4.ts";
import type { RandomAccessFile } from "../../files/random_access_file.ts";
import type { RecordingError } from "../../files/errors.ts";
import type { FaultCounts } from "../reading/fault_counts.ts";
import { startOfZeros, zeroTailError } from "../reading/zero_tail.ts";
import { NO_INDEX, type RosMessage } from "./messages.ts";
import { cutByZeros, zerosIn } from "./zero_bytes.ts";

/** First line of a bag. */
export const BAG_LINE = "#ROSBAG V2.0\n";

/** Types of records. */
const MESSAGE = 0x02;
const HEADER = 0x03;
const CHUNK = 0x05;
const CONNECTION = 0x07;

/** Maximum decompressed size of a chunk in bytes. */
const MAX_BYTES = 1 << 26;

/** A record of a bag. */
interface BagRecord {
  readonly fields: ReadonlyMap<string, DataView>;
  /** Byte offset of its data. */
  readonly start: number;
  /** Byte offset after its data. */
  readonly end: number;
}

/** Topic and message type of a connection. */
interface Connection {
  readonly topic: string;
  readonly type: string;
}

/**
 * Reads all messages of a bag.
 *
 * @param file The bag.
 * @param faults Counts a missing index at the end.
 * @returns The messages, in file order.
 * @throws {RecordingError} If the bag is damaged, with the byte offset.
 * @throws {CutOffError} If the bag is cut off or ends in zeros, after the
 *   messages before are yielded.
 *
 * @example
 * ```ts
 * import { readBag } from "./bag.ts";
 * import { RandomAccessFile } from "../../files/random_access_file.ts";
 * import { FaultCounts } from "../reading/fault_counts.ts";
 * using file = await RandomAccessFile.open(new Blob(["#ROSBAG V2.0\n"]));
 * const messages = readBag(file, new FaultCounts());
 * for await (const _ of messages) throw new Error("expected none");
 * ```
 */
export async function* readBag(
  file: RandomAccessFile,
  faults: FaultCounts,
): AsyncGenerator<RosMessage, void, void> {
  const line = await file.read(0, Math.min(BAG_LINE.length, file.size));
  if (new TextDecoder().decode(line) !== BAG_LINE) {
    throw file.damage(0, `the line "${BAG_LINE.trim()}" belongs here`);
  }
  const connections = new Map<number, Connection>();
  const lz4 = new Lz4Decoder();
  const zeros = await startOfZeros(file, BAG_LINE.length);
  let hasIndex = true;
  for (let at = BAG_LINE.length; at < file.size;) {
    if (at >= zeros) {
      throw zeroTailError(file.path, { offset: at, size: file.size });
    }
    const head = await readHead(file, { at, zeros });
    const type = head.fields.get("op")?.getUint8(0);
    const cut = cutIn(file, { at, head });
    const name = type === CHUNK ? "chunk" : "record";
    const part = { name, start: at, end: head.end };
    const zeroCut = cutByZeros(file, { ...part, zeros });
    if (type === HEADER) hasIndex = namesIndex(head, file.size);
    const place = { offset: at, zeros, connections };
    try {
      if (type === CHUNK) {
        if (compressionOf(head) !== "none" && zeroCut.always !== undefined) {
          throw zeroCut.always;
        }
        const end = Math.min(head.end, file.size);
        const packed = await file.read(head.start, end - head.start);
        yield* messagesIn(packed, { ...place, head, lz4 });
      } else if (
        cut === undefined && (type === MESSAGE || type === CONNECTION)
      ) {
        const data = await file.read(head.start, head.end - head.start);
        yield* messageIn(head, { ...place, data, start: head.start });
      }
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw cut ?? zeroCut.ifDamaged ??
        file.damage(at, `a ${name} is damaged: ${cause.message}`, { cause });
    }
    const lost = cut ?? zeroCut.always;
    if (lost !== undefined) throw lost;
    at = head.end;
  }
  if (!hasIndex) faults.add(NO_INDEX, file.size);
}

/** Returns the error of a bag that ends inside this record, if it does. */
function cutIn(
  file: RandomAccessFile,
  { at, head: { fields, start, end } }: {
    readonly at: number;
    readonly head: BagRecord;
  },
): RecordingError | undefined {
  const isChunk = fields.get("op")?.getUint8(0) === CHUNK;
  const part = isChunk ? "chunk" : "record";
  const bytes = end - start;
  if (end > file.size) {
    const left = file.size - start;
    const problem = `a record claims ${bytes} bytes, ${left} are left`;
    return file.cutOff(at, { part, bytes, problem });
  }
  // The head of a chunk has its size once all of it is written.
  return isChunk && bytes === 0 && compressionOf({ fields }) !== "none"
    ? file.cutOff(at, { part, bytes, problem: "a chunk has no end" })
    : undefined;
}

/**
 * Tells whether the header of a bag gives the offset of its index, and the file
 * extends to it.
 */
function namesIndex({ fields }: BagRecord, size: number): boolean {
  const place = fields.get("index_pos");
  if (place?.byteLength !== 8) return false;
  const byte = Number(place.getBigUint64(0, true));
  return byte > 0 && byte <= size;
}

/** Reads the header of a record, in a file that may end in zeros. */
async function readHead(
  file: RandomAccessFile,
  { at, zeros }: { readonly at: number; readonly zeros: number },
): Promise<BagRecord> {
  const part = "record";
  const headBytes = firstNumber(await file.read(at, 4, part));
  const head = (await file.read(at + 4, headBytes, part)).slice();
  const dataAt = at + 4 + headBytes;
  const start = dataAt + 4;
  const end = start + firstNumber(await file.read(dataAt, 4, part));
  try {
    return { fields: parseFields(head), start, end };
  } catch (cause) {
    const part = { name: "record", start: at, end: start, zeros };
    throw cutByZeros(file, part).ifDamaged ??
      file.damage(at, `a record is damaged: ${(cause as Error).message}`);
  }
}

function firstNumber({ buffer, byteOffset }: Uint8Array): number {
  return new DataView(buffer, byteOffset).getUint32(0, true);
}

/** Parses a record in a chunk. */
function parseRecord(chunk: Uint8Array, at: number): BagRecord {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const dataAt = at + 4 + view.getUint32(at, true);
  const start = dataAt + 4;
  const end = start + view.getUint32(dataAt, true);
  if (end > chunk.length) throw new RangeError("a record is cut off");
  return { fields: parseFields(chunk.subarray(at + 4, dataAt)), start, end };
}

/** Parses length-prefixed fields `name=value`. */
function parseFields(bytes: Uint8Array): Map<string, DataView> {
  const fields = new Map<string, DataView>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length;) {
    const start = at + 4;
    at = start + view.getUint32(at, true);
    const equals = bytes.indexOf(0x3d, start);
    if (at > bytes.length || equals < 0 || equals >= at) {
      throw new RangeError("a field is cut off");
    }
    fields.set(
      new TextDecoder().decode(bytes.subarray(start, equals)),
      new DataView(
        bytes.buffer,
        bytes.byteOffset + equals + 1,
        at - equals - 1,
      ),
    );
  }
  return fields;
}

/** Context of records. */
interface Place {
  /** Byte offset of the record or chunk in the file. */
  readonly offset: number;
  /** Byte offset of the zeros at the end of the file. */
  readonly zeros: number;
  readonly connections: Map<number, Connection>;
}

/** Yields the messages in a chunk. */
function* messagesIn(
  packed: Uint8Array,
  { head, lz4, ...place }: Place & {
    readonly head: BagRecord;
    readonly lz4: Lz4Decoder;
  },
): Generator<RosMessage> {
  const chunk = decompressChunk(packed, head, lz4);
  // Byte offset in the file, unless it is compressed.
  const base = chunk === packed ? head.start : -Infinity;
  for (let at = 0; at < chunk.length;) {
    const record = parseRecord(chunk, at);
    yield* messageIn(record, {
      ...place,
      data: chunk.subarray(record.start, record.end),
      start: base + record.start,
    });
    at = record.end;
  }
}

function decompressChunk(
  packed: Uint8Array,
  { fields }: BagRecord,
  lz4: Lz4Decoder,
): Uint8Array {
  const compression = compressionOf({ fields });
  const size = fields.get("size")?.getUint32(0, true) ?? 0;
  if (size > MAX_BYTES) throw new RangeError(`it claims ${size} bytes`);
  switch (compression) {
    case "none":
      return packed;
    case "lz4":
      return lz4.decode(packed, size);
    case "bz2":
      return decompressBzip2(packed, size);
  }
  throw new RangeError(`compression "${compression}" is not known`);
}

function compressionOf({ fields }: Pick<BagRecord, "fields">): string {
  return textOf(fields.get("compression"));
}

function textOf(field: DataView | undefined): string {
  return new TextDecoder().decode(field);
}

/** Stores the connection, or yields the message, in a record. */
function* messageIn(
  { fields }: BagRecord,
  { data, offset, start, zeros, connections }: Place & {
    readonly data: Uint8Array;
    /** Byte offset of the data in the file; negative if compressed. */
    readonly start: number;
  },
): Generator<RosMessage> {
  const type = fields.get("op")?.getUint8(0);
  const number = fields.get("conn")?.getUint32(0, true) ?? -1;
  if (type === CONNECTION) {
    connections.set(number, {
      topic: textOf(fields.get("topic")),
      type: textOf(parseFields(data).get("type")),
    });
  }
  if (type !== MESSAGE) return;
  const connection = connections.get(number);
  if (connection === undefined) {
    throw new RangeError(`connection ${number} is not described before`);
  }
  yield {
    topic: connection.topic,
    type: connection.type,
    encoding: "ros1",
    bytes: data,
    offset,
    zeros: zerosIn(zeros, { start, end: start + data.length }),
  };
}
