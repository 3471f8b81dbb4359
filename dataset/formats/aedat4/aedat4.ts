/**
 * Reader of AEDAT 4, the format of DV.
 *
 * A version line is followed by a header and packets. A packet has the number
 * of its stream, its size, and a FlatBuffers table, which may be compressed. An
 * event has 16 bytes: t 8, x 2, y 2, p 1, and 3 of padding.
 *
 * Source: iniVation, AEDAT 4.0 file format.
 *
 * @module
 */

import type { Sensor } from "../../events.ts";
import type { FileSource } from "../../files/file_source.ts";
import { RandomAccessFile } from "../../files/random_access_file.ts";
import { type BlockBuilder, gatherBlocks } from "../reading/block_builder.ts";
import { countedRecording } from "../reading/counted_recording.ts";
import { type FaultCounts, OUTSIDE } from "../reading/fault_counts.ts";
import type { OpenRecording, RecordingFormat } from "../reading/format.ts";
import {
  findZeroTail,
  startOfZeros,
  zeroTailError,
} from "../reading/zero_tail.ts";
import { type Decompress, loadDecompressor } from "./compression.ts";
import { FlatTable } from "./flat_table.ts";
import { type Aedat4Stream, EVENTS_TYPE, parseStreams } from "./streams.ts";

const VERSION_LINE = "#!AER-DAT4.0\r\n";
const PACKET_HEADER_BYTES = 8;
const EVENT_BYTES = 16;

/** Maximum number of zeros at the end of a packet that is whole. */
const PACKET_ZEROS = 16;

/** Options for reading an AEDAT 4 file. */
export interface Aedat4Options {
  /** Name of an event stream. @default the first one */
  readonly stream?: string;
}

/** An open AEDAT 4 recording. */
export interface Aedat4Recording extends OpenRecording {
  /** All streams in the file. */
  readonly streams: readonly Aedat4Stream[];
  /** The stream whose events are read. */
  readonly stream: Aedat4Stream;
}

/** Fields of the header. */
interface Header {
  /** Byte offset of the first packet. */
  readonly start: number;
  /**
   * Byte offset of the table after the last packet, or the end of a file
   * without one.
   */
  readonly end: number;
  /** Number of the compression method of packets, 0 for none. */
  readonly compression: number;
  readonly decompress: Decompress;
  readonly streams: readonly Aedat4Stream[];
}

/**
 * AEDAT 4, of which the first event stream is read; {@linkcode openAedat4}
 * reads others.
 *
 * @example
 * ```ts
 * import { aedat4 } from "./aedat4.ts";
 * if (aedat4.matches(new TextEncoder().encode("#!AER-DAT3.1\r\n"))) {
 *   throw new Error("expected another format");
 * }
 * ```
 */
export const aedat4: RecordingFormat = {
  name: "AEDAT 4",
  matches: (head) =>
    new TextDecoder().decode(head.subarray(0, VERSION_LINE.length)) ===
      VERSION_LINE,
  open: (file) => openAedat4(file),
};

/**
 * Opens an AEDAT 4 file.
 *
 * Events outside the sensor are skipped and counted as faults. So are a last
 * packet that is truncated or ends in zeros, zeros after it, and a missing table
 * of packets at the end, as after an interrupted recording.
 *
 * @param file The file: its path, or a browser's `Blob`.
 * @param options Name of the stream.
 * @returns The recording.
 * @throws {RecordingError} If the header is damaged, the compression is
 *   unknown, or there is no such event stream; the message lists the streams.
 *
 * @example
 * ```ts
 * import { openAedat4 } from "./aedat4.ts";
 * import { encodeAedat4 } from "./aedat4_encode.ts";
 * const events = {
 *   x: Uint16Array.of(5),
 *   y: Uint16Array.of(7),
 *   t: Float64Array.of(1.7e15),
 *   p: Uint8Array.of(1),
 * };
 * const sensor = { width: 346, height: 260 };
 * const pieces = await Array.fromAsync(encodeAedat4([events], { sensor }));
 * const recording = await openAedat4(new Blob(pieces), { stream: "events" });
 * for await (const { x, y, t, p } of recording.blocks()) {
 *   if (`${x},${y},${t},${p}` !== "5,7,1700000000000000,1") throw new Error();
 * }
 * ```
 */
export async function openAedat4(
  file: FileSource,
  options: Aedat4Options = {},
): Promise<Aedat4Recording> {
  using opened = await RandomAccessFile.open(file);
  const header = await readHeader(opened);
  const { streams } = header;
  const stream = streams.find(({ name, type }) =>
    type === EVENTS_TYPE && (options.stream ?? name) === name
  );
  if (stream === undefined) {
    const named = options.stream === undefined ? "" : ` "${options.stream}"`;
    const known = streams.map(({ name, type }) => `"${name}" (${type})`);
    throw opened.damage(
      VERSION_LINE.length,
      `it has no stream of events${named}` +
        (known.length === 0 ? "" : `, only ${known.join(", ")}`),
    );
  }
  const count = streams.filter(({ type }) => type === EVENTS_TYPE).length;
  const recording = countedRecording({
    format: count === 1
      ? "AEDAT 4"
      : `AEDAT 4, stream "${stream.name}" of ${count}`,
    sensor: stream.sensor,
    read: (faults) =>
      gatherBlocks(async function* (builder) {
        using opened = await RandomAccessFile.open(file);
        yield* readPackets(opened, { header, stream, builder, faults });
      }),
  });
  return { ...recording, streams, stream };
}

async function readHeader(file: RandomAccessFile): Promise<Header> {
  const at = VERSION_LINE.length;
  const line = await file.read(0, Math.min(file.size, at));
  if (!aedat4.matches(line)) {
    throw file.damage(0, 'the line "#!AER-DAT4.0" belongs here');
  }
  const size = await file.read(at, 4);
  const length = 4 +
    new DataView(size.buffer, size.byteOffset).getUint32(0, true);
  const bytes = await file.read(at, length);
  let header: Omit<Header, "decompress">;
  try {
    const table = FlatTable.root(bytes, "IOHE");
    const end = table.int64(1, -1);
    header = {
      start: at + length,
      end: end < at + length ? file.size : end,
      compression: table.int32(0, 0),
      streams: parseStreams(table.text(2)),
    };
  } catch (cause) {
    const problem = (cause as Error).message;
    throw file.damage(at, `the header is damaged: ${problem}`, { cause });
  }
  try {
    return {
      ...header,
      decompress: await loadDecompressor(header.compression),
    };
  } catch (cause) {
    throw file.damage(at, (cause as Error).message, { cause });
  }
}

/** Options for reading packets. */
interface ReadOptions {
  readonly header: Header;
  readonly stream: Aedat4Stream;
  readonly builder: BlockBuilder;
  readonly faults: FaultCounts;
}

async function* readPackets(
  file: RandomAccessFile,
  { header, stream, builder, faults }: ReadOptions,
): AsyncGenerator<void> {
  const end = Math.min(header.end, file.size);
  const zeros = await startOfZeros(file, header.start);
  for (let at = header.start; at < end;) {
    const head = await file.read(at, PACKET_HEADER_BYTES);
    if (zeros <= at) {
      throw zeroTailError(file.path, { offset: at, size: file.size });
    }
    const view = new DataView(head.buffer, head.byteOffset);
    const id = view.getInt32(0, true);
    const size = view.getInt32(4, true);
    const offset = at + PACKET_HEADER_BYTES;
    if (size < 0 || offset + size > end) {
      const problem = `a packet claims ${size} bytes, ${end - offset} are left`;
      throw size < 0 || end < file.size
        ? file.damage(at, problem)
        : file.cutOff(at, { part: "packet", bytes: size, problem });
    }
    const packetStart = at;
    at = offset + size;
    if (id !== stream.id) continue;
    const body = await file.read(offset, size);
    let table: FlatTable;
    let events: { readonly start: number; readonly length: number };
    try {
      table = FlatTable.root(header.decompress(body), EVENTS_TYPE);
      events = table.vector(0, EVENT_BYTES);
    } catch (cause) {
      if (zeros < at && file.size - zeros > PACKET_ZEROS) {
        const problem = `from byte ${zeros} on a packet has only zeros`;
        throw file.cutOff(packetStart, {
          part: "packet",
          bytes: size,
          problem,
        });
      }
      const problem = (cause as Error).message;
      throw file.damage(offset, `a packet is damaged: ${problem}`, { cause });
    }
    const tail = header.compression === 0 && zeros <= at - EVENT_BYTES
      ? await findZeroTail(file, {
        start: offset + events.start,
        bytes: EVENT_BYTES,
        least: 1,
        timeAt: (view, at) =>
          view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true),
      })
      : undefined;
    const whole = tail === undefined
      ? events.length
      : (tail.offset - offset - events.start) / EVENT_BYTES;
    const length = Math.min(events.length, whole);
    const { sensor } = stream;
    for (let first = 0; first < length;) {
      const count = Math.min(length - first, builder.room);
      const start = events.start + first * EVENT_BYTES;
      decodeEvents(table.view, {
        start,
        count,
        offset,
        sensor,
        builder,
        faults,
      });
      first += count;
      yield;
    }
    if (tail !== undefined) throw zeroTailError(file.path, tail);
  }
  if (header.end > file.size) {
    faults.add("the table of packets is missing at the end", file.size);
  }
}

/** Options for decoding the events of a packet. */
interface DecodeOptions {
  /** Byte offset of the first event in the packet. */
  readonly start: number;
  readonly count: number;
  /** Byte offset of the packet in the file. */
  readonly offset: number;
  readonly sensor: Sensor | undefined;
  readonly builder: BlockBuilder;
  readonly faults: FaultCounts;
}

/** Decodes events into a builder with room for all of them. */
function decodeEvents(
  view: DataView,
  { start, count, offset, sensor, builder, faults }: DecodeOptions,
): void {
  const { x, y, t, p } = builder;
  const { width, height } = sensor ?? { width: 0x8000, height: 0x8000 };
  const words = alignedWords(view, { start, count });
  let place = builder.count;
  for (let at = 0; at < words.length; at += 4) {
    const column = words[at + 2] & 0xffff;
    const row = words[at + 2] >>> 16;
    if (column >= width || row >= height) {
      faults.add(OUTSIDE, offset);
      continue;
    }
    x[place] = column;
    y[place] = row;
    t[place] = (words[at + 1] | 0) * 2 ** 32 + words[at];
    p[place] = Number((words[at + 3] & 0xff) !== 0);
    place++;
  }
  builder.count = place;
}

/** Returns events as 32-bit words, copied if they are not aligned. */
function alignedWords(
  { buffer, byteOffset }: DataView,
  { start, count }: { readonly start: number; readonly count: number },
): Uint32Array {
  const at = byteOffset + start;
  return at % 4 === 0
    ? new Uint32Array(buffer, at, 4 * count)
    : new Uint32Array(buffer.slice(at, at + count * EVENT_BYTES));
}
