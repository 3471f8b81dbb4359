/**
 * Reader of messages in MCAP files.
 *
 * A file is a sequence of records. Most messages are in chunks, which are
 * sequences of records too. Reading in order does not need the indices.
 *
 * Source: MCAP format specification.
 *
 * @module
 */

import { Lz4Decoder } from "../../files/compression/lz4.ts";
import type { RandomAccessFile } from "../../files/random_access_file.ts";
import { loadZstandard } from "../../files/compression/zstandard.ts";
import type { FaultCounts } from "../reading/fault_counts.ts";
import { startOfZeros, zeroTailError } from "../reading/zero_tail.ts";
import { NO_INDEX, type RosMessage } from "./messages.ts";
import { cutByZeros, zerosIn } from "./zero_bytes.ts";

/** Signature at the start and the end of a file. */
export const MCAP_MARK: Uint8Array = Uint8Array.of(
  ...[0x89, 0x4d, 0x43, 0x41, 0x50, 0x30, 0x0d, 0x0a],
);

/** Types of records. */
const FOOTER = 0x02;
const SCHEMA = 0x03;
const CHANNEL = 0x04;
const MESSAGE = 0x05;
const CHUNK = 0x06;
const DATA_END = 0x0f;

/** Size of a record's type and length fields in bytes. */
const HEAD_BYTES = 9;

/** Size of a message record before its data in bytes. */
const MESSAGE_HEAD_BYTES = 22;

/** Maximum decompressed size of a chunk in bytes. */
const MAX_BYTES = 1 << 28;

/** Topic of a channel, with type and encoding of its messages. */
interface Channel {
  readonly topic: string;
  readonly type: string;
  readonly encoding: string;
}

/** Message types and channels read so far, by identifier. */
interface Described {
  readonly types: Map<number, string>;
  readonly channels: Map<number, Channel>;
}

/**
 * Reads all ROS messages of an MCAP file.
 *
 * @param file The file.
 * @param faults Counts a missing index at the end.
 * @returns The messages, in file order.
 * @throws {RecordingError} If the file is damaged, with the byte offset.
 * @throws {CutOffError} If the file is cut off or ends in zeros, after the
 *   messages before are yielded.
 *
 * @example
 * ```ts
 * import { MCAP_MARK, readMcap } from "./mcap.ts";
 * import { RandomAccessFile } from "../../files/random_access_file.ts";
 * import { FaultCounts } from "../reading/fault_counts.ts";
 * using file = await RandomAccessFile.open(new Blob([MCAP_MARK.slice()]));
 * const messages = readMcap(file, new FaultCounts());
 * for await (const _ of messages) throw new Error("expected none");
 * ```
 */
export async function* readMcap(
  file: RandomAccessFile,
  faults: FaultCounts,
): AsyncGenerator<RosMessage, void, void> {
  const mark = await file.read(0, Math.min(MCAP_MARK.length, file.size));
  if (mark.join() !== MCAP_MARK.join()) {
    throw file.damage(0, "the mark of MCAP belongs here");
  }
  const lz4 = new Lz4Decoder();
  const described: Described = { types: new Map(), channels: new Map() };
  const zeros = await startOfZeros(file, MCAP_MARK.length);
  for (let at = MCAP_MARK.length; at < file.size;) {
    if (at >= zeros) {
      throw zeroTailError(file.path, { offset: at, size: file.size });
    }
    const head = await file.read(at, HEAD_BYTES, "record");
    const { type, size } = parseHead(viewOf(head), 0);
    const start = at + HEAD_BYTES;
    const end = start + size;
    const left = file.size - start;
    const name = type === CHUNK ? "chunk" : "record";
    const cut = size <= left ? undefined : file.cutOff(at, {
      part: name,
      bytes: size,
      problem: `a record claims ${size} bytes, ${left} are left`,
    });
    if (type === FOOTER || type === DATA_END) return;
    const zeroCut = cutByZeros(file, { name, start: at, end, zeros });
    const isRead = [SCHEMA, CHANNEL, MESSAGE].includes(type) && !cut;
    if (isRead || type === CHUNK) {
      const content = await file.read(start, Math.min(size, left));
      const place = { offset: at, described, zeros };
      try {
        if (type === CHUNK) {
          const { records, first } = await decompressChunk(content, lz4);
          if (first === undefined && zeroCut.always !== undefined) {
            throw zeroCut.always;
          }
          const base = first === undefined ? -Infinity : start + first;
          yield* messagesIn(records, { ...place, start: base });
        } else {
          yield* messageIn(content, { ...place, type, start });
        }
      } catch (cause) {
        if (!(cause instanceof RangeError)) throw cause;
        throw cut ?? zeroCut.ifDamaged ??
          file.damage(at, `a record is damaged: ${cause.message}`, { cause });
      }
    }
    const lost = cut ?? zeroCut.always;
    if (lost !== undefined) throw lost;
    at = end;
  }
  faults.add(NO_INDEX, file.size);
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** Parses the type of a record and the size of its content. */
function parseHead(
  view: DataView,
  at: number,
): { type: number; size: number } {
  return {
    type: view.getUint8(at),
    size: Number(view.getBigUint64(at + 1, true)),
  };
}

/** Records of a chunk. */
interface ChunkRecords {
  readonly records: Uint8Array;
  /** Index of their first byte in the chunk, unless it is compressed. */
  readonly first?: number;
}

/** Decompresses the records of a chunk. */
async function decompressChunk(
  content: Uint8Array,
  lz4: Lz4Decoder,
): Promise<ChunkRecords> {
  const view = viewOf(content);
  const size = Number(view.getBigUint64(16, true));
  const compression = readText(content, 28);
  const start = compression.end + 8;
  const length = Number(view.getBigUint64(compression.end, true));
  const isWhole = start + length <= content.length;
  if (size > MAX_BYTES || !isWhole && compression.text !== "") {
    throw new RangeError(`a chunk claims ${length} bytes of ${size}`);
  }
  const packed = content.subarray(start, start + length);
  switch (compression.text) {
    case "":
      return { records: packed, first: start };
    case "lz4":
      return { records: lz4.decode(packed, size) };
    case "zstd": {
      const { decompress } = await loadZstandard();
      try {
        return { records: decompress(packed, size) };
      } catch (cause) {
        throw new RangeError((cause as Error).message, { cause });
      }
    }
  }
  throw new RangeError(`compression "${compression.text}" is not known`);
}

/** Reads a length-prefixed string; returns it with its end. */
function readText(
  bytes: Uint8Array,
  at: number,
): { text: string; end: number } {
  const end = at + 4 + viewOf(bytes).getUint32(at, true);
  if (end > bytes.length) throw new RangeError("a text is cut off");
  return { text: new TextDecoder().decode(bytes.subarray(at + 4, end)), end };
}

/** Location of records, with the descriptions read before them. */
interface Place {
  /** Byte offset of the record or chunk in the file. */
  readonly offset: number;
  /** Byte offset of the content in the file; negative if compressed. */
  readonly start: number;
  /** Byte offset of the zeros at the end of the file. */
  readonly zeros: number;
  readonly described: Described;
}

/** Yields the messages in a chunk. */
function* messagesIn(
  records: Uint8Array,
  place: Place,
): Generator<RosMessage> {
  const view = viewOf(records);
  for (let at = 0; at < records.length;) {
    const { type, size } = parseHead(view, at);
    const start = at + HEAD_BYTES;
    at = start + size;
    if (at > records.length) throw new RangeError("a record is cut off");
    yield* messageIn(records.subarray(start, at), {
      ...place,
      type,
      start: place.start + start,
    });
  }
}

/** Stores the schema or channel, or yields the message, in a record. */
function* messageIn(
  content: Uint8Array,
  { type, offset, start, zeros, described }: Place & {
    readonly type: number;
  },
): Generator<RosMessage> {
  const { types, channels } = described;
  const view = viewOf(content);
  if (type === SCHEMA) {
    types.set(view.getUint16(0, true), readText(content, 2).text);
  }
  if (type === CHANNEL) {
    const topic = readText(content, 4);
    channels.set(view.getUint16(0, true), {
      topic: topic.text,
      type: types.get(view.getUint16(2, true)) ?? "",
      encoding: readText(content, topic.end).text,
    });
  }
  if (type !== MESSAGE) return;
  const number = view.getUint16(0, true);
  const channel = channels.get(number);
  if (channel === undefined) {
    throw new RangeError(`channel ${number} is not described before`);
  }
  const { topic, encoding } = channel;
  if (encoding !== "cdr" && encoding !== "ros1") return;
  if (content.length < MESSAGE_HEAD_BYTES) {
    throw new RangeError("a message is cut off");
  }
  yield {
    topic,
    type: channel.type,
    encoding,
    bytes: content.subarray(MESSAGE_HEAD_BYTES),
    offset,
    zeros: zerosIn(zeros, {
      start: start + MESSAGE_HEAD_BYTES,
      end: start + content.length,
    }),
  };
}
