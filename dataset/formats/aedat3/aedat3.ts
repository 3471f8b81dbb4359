/**
 * Reader of AEDAT 3.1, the format of cAER and of DVS Gesture.
 *
 * A text header is followed by packets, each with events of one type and one
 * source. All numbers are signed and little-endian; row 0 is at the top.
 *
 * Source: iniVation, AEDAT 3.1 file format.
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
import { readAedat3Header, VERSION_LINE } from "./aedat3_header.ts";

const PACKET_HEADER_BYTES = 28;
const EVENT_BYTES = 8;
const POLARITY_TYPE = 1;

/** Number of events decoded at once. */
const SLICE_EVENTS = 1 << 16;

/** Location and header fields of a packet. */
interface Packet {
  readonly type: number;
  readonly source: number;
  /** Byte offset of its first event. */
  readonly start: number;
  /** Byte offset after its last event. */
  readonly end: number;
  readonly events: number;
  /** Offset of the 31-bit times of its events in µs. */
  readonly timeBase: number;
}

/**
 * AEDAT 3.1, of which polarity events are read and other types skipped.
 *
 * Events marked as invalid are skipped and counted, as are events outside the
 * sensor, with a negative time, or from another source than that of the first
 * packet. So are zeros at the end, as after a crash.
 *
 * @example
 * ```ts
 * import { aedat3 } from "./aedat3.ts";
 * const header = "#!AER-DAT3.1\r\n#Source 1: DVS128\r\n#!END-HEADER\r\n";
 * const packet = Int32Array.of(0x10001, 8, 4, 0, 1, 1, 1);
 * const event = Int32Array.of(5 << 17 | 7 << 2 | 3, 1000);
 * const recording = await aedat3.open(new Blob([header, packet, event]));
 * for await (const { x, y, t, p } of recording.blocks()) {
 *   if (`${x},${y},${t},${p}` !== "5,7,1000,1") throw new Error("misread");
 * }
 * ```
 */
export const aedat3: RecordingFormat = {
  name: "AEDAT 3.1",
  matches: (head) =>
    new TextDecoder().decode(head.subarray(0, VERSION_LINE.length)) ===
      VERSION_LINE,
  async open(file: FileSource): Promise<OpenRecording> {
    using opened = await RandomAccessFile.open(file);
    const { end, sensor } = await readAedat3Header(opened);
    return countedRecording({
      format: "AEDAT 3.1",
      sensor,
      read: (faults) =>
        gatherBlocks(async function* (builder) {
          using opened = await RandomAccessFile.open(file);
          yield* readPackets(opened, { start: end, sensor, builder, faults });
        }),
    });
  },
};

/** Options for reading packets. */
interface ReadOptions {
  /** Byte offset of the first packet. */
  readonly start: number;
  readonly sensor: Sensor | undefined;
  readonly builder: BlockBuilder;
  readonly faults: FaultCounts;
}

async function* readPackets(
  file: RandomAccessFile,
  { start, ...options }: ReadOptions,
): AsyncGenerator<void> {
  const zeros = await startOfZeros(file, start);
  let source: number | undefined;
  for (let at = start; at < file.size;) {
    const packet = await readPacketHeader(file, { at, zeros });
    if (packet.type === POLARITY_TYPE) {
      source ??= packet.source;
      if (packet.source === source) {
        yield* readEvents(file, packet, { ...options, zeros });
      } else options.faults.add("packets of another source", packet.start);
    }
    if (packet.end > file.size) {
      const bytes = packet.end - packet.start;
      const left = file.size - packet.start;
      throw file.cutOff(at, {
        part: "packet",
        bytes,
        problem: `a packet claims ${bytes} bytes, ${left} are left`,
      });
    }
    at = packet.end;
  }
}

/** Options for reading the events of a packet. */
interface EventsOptions extends Omit<ReadOptions, "start"> {
  /** Byte offset of the zeros at the end of the file. */
  readonly zeros: number;
}

/** Reads the events of a packet, as far as the file contains them. */
async function* readEvents(
  file: RandomAccessFile,
  { start, events, timeBase }: Packet,
  { sensor, builder, faults, zeros }: EventsOptions,
): AsyncGenerator<void> {
  const tail = zeros <= start + (events - 1) * EVENT_BYTES
    ? await findZeroTail(file, {
      start,
      bytes: EVENT_BYTES,
      least: 1,
      // Never 0: zeros lack the mark of valid events, whatever precedes them.
      timeAt: (view, at) => view.getInt32(at + 4, true) + 1,
    })
    : undefined;
  const left = Math.floor(((tail?.offset ?? file.size) - start) / EVENT_BYTES);
  const end = Math.min(events, left);
  for (let first = 0; first < end;) {
    const count = Math.min(end - first, builder.room, SLICE_EVENTS);
    const offset = start + first * EVENT_BYTES;
    const bytes = await file.read(offset, count * EVENT_BYTES);
    decodeEvents(bytes, { offset, timeBase, sensor, builder, faults });
    first += count;
    yield;
  }
  if (tail !== undefined) throw zeroTailError(file.path, tail);
}

/** Reads the header of the packet at a byte, in a file that ends in zeros. */
async function readPacketHeader(
  file: RandomAccessFile,
  { at, zeros }: { readonly at: number; readonly zeros: number },
): Promise<Packet> {
  const bytes = await file.read(at, PACKET_HEADER_BYTES);
  if (zeros <= at) {
    throw zeroTailError(file.path, { offset: at, size: file.size });
  }
  const start = at + PACKET_HEADER_BYTES;
  const damage = (problem: string) =>
    zeros < start && file.size - zeros > PACKET_HEADER_BYTES
      ? file.cutOff(at, {
        part: "packet",
        bytes: PACKET_HEADER_BYTES,
        problem: `from byte ${zeros} on a packet has only zeros`,
      })
      : file.damage(at, problem);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const type = view.getInt16(0, true);
  const [eventBytes, timeOffset, overflows, capacity, events] = [
    4,
    8,
    12,
    16,
    20,
  ].map((field) => view.getInt32(field, true));
  if (type < 0) {
    throw damage(`a packet has type ${type}: compressed or damaged`);
  }
  if (
    eventBytes <= 0 || capacity < 0 || events < 0 || events > capacity ||
    overflows < 0
  ) {
    throw damage(
      `a packet claims ${events} of ${capacity} events of ${eventBytes} ` +
        `bytes, ${overflows} times wrapped`,
    );
  }
  if (
    type === POLARITY_TYPE && (eventBytes !== EVENT_BYTES || timeOffset !== 4)
  ) {
    throw damage(
      `a polarity event has 8 bytes and its time at 4, here are ` +
        `${eventBytes} and ${timeOffset}`,
    );
  }
  const end = start + capacity * eventBytes;
  return {
    type,
    source: view.getInt16(2, true),
    start,
    end,
    events,
    timeBase: overflows * 2 ** 31,
  };
}

/** Options for decoding the events of a packet. */
interface DecodeOptions {
  /** Byte offset of the first event in the file. */
  readonly offset: number;
  readonly timeBase: number;
  readonly sensor: Sensor | undefined;
  readonly builder: BlockBuilder;
  readonly faults: FaultCounts;
}

/** Decodes events into a builder with room for all of them. */
function decodeEvents(
  bytes: Uint8Array<ArrayBuffer>,
  { offset, timeBase, sensor, builder, faults }: DecodeOptions,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { x, y, t, p } = builder;
  const { width, height } = sensor ?? { width: 0x8000, height: 0x8000 };
  let count = builder.count;
  for (let at = 0; at < bytes.length; at += EVENT_BYTES) {
    const data = view.getUint32(at, true);
    const time = view.getInt32(at + 4, true);
    const column = data >>> 17;
    const row = data >>> 2 & 0x7fff;
    if (
      (data & 1) === 0 || time < 0 || column >= width || row >= height
    ) {
      faults.add(
        (data & 1) === 0
          ? "events marked as invalid"
          : time < 0
          ? "events with a negative time"
          : OUTSIDE,
        offset + at,
      );
      continue;
    }
    x[count] = column;
    y[count] = row;
    t[count] = timeBase + time;
    p[count] = data >>> 1 & 1;
    count++;
  }
  builder.count = count;
}
