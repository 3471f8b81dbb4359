/**
 * Decoder of the fixed-size encodings of EventPacket messages: `mono` and
 * `libcaer`.
 *
 * Source: ros-event-camera, event_camera_msgs and event_camera_codecs.
 *
 * @module
 */

import type { Sensor } from "../../events.ts";
import type { BlockBuilder } from "../reading/block_builder.ts";
import { type FaultCounts, OUTSIDE } from "../reading/fault_counts.ts";

/** Size of an event in bytes in both encodings. */
export const EVENT_BYTES = 8;

/** Destination of decoded events. */
export interface EventSink {
  /** Columns of events. */
  readonly builder: BlockBuilder;
  /** Counts skipped events. */
  readonly faults: FaultCounts;
  /** Size of the sensor, if the message gives it. */
  readonly sensor: Sensor | undefined;
  /** Byte offset of the message in the file. */
  readonly offset: number;
}

/** Words of a packet with the origin of their times. */
export interface TimedWords {
  /** The words, little-endian. */
  readonly words: DataView;
  /** Origin of the times in ns. */
  readonly timeBase: bigint;
}

/**
 * Decodes the encoding `mono`: ns since the time base in bits 0–31, x in bits
 * 32–47, y in bits 48–62, p in bit 63.
 *
 * @param packet The words and their time base.
 * @param sink Destination of events.
 * @returns A generator that yields whenever the builder may be full.
 *
 * @example
 * ```ts
 * import { BlockBuilder } from "../reading/block_builder.ts";
 * import { FaultCounts } from "../reading/fault_counts.ts";
 * import { decodeMono } from "./event_words.ts";
 * const [builder, faults] = [new BlockBuilder(), new FaultCounts()];
 * const words = new DataView(Uint32Array.of(2500, 5 | 7 << 16).buffer);
 * const sink = { builder, faults, sensor: undefined, offset: 0 };
 * for (const _ of decodeMono({ words, timeBase: 1700n }, sink));
 * const { x, y, t, p } = builder.take();
 * if (`${x},${y},${t},${p}` !== "5,7,4,0") throw new Error("misread");
 * ```
 */
export function* decodeMono(
  packet: TimedWords,
  sink: EventSink,
): Generator<void> {
  const events = Math.floor(packet.words.byteLength / EVENT_BYTES);
  for (let first = 0; first < events;) {
    const end = Math.min(events, first + sink.builder.room);
    addMono(packet, { sink, first, end });
    first = end;
    yield;
  }
}

/** Range of a packet's events that fits into the builder. */
interface Stretch {
  readonly sink: EventSink;
  readonly first: number;
  readonly end: number;
}

function addMono(
  { words, timeBase }: TimedWords,
  { sink, first, end }: Stretch,
): void {
  const { builder, faults, sensor, offset } = sink;
  const { x, y, t, p } = builder;
  const { width, height } = sensor ?? { width: 0x10000, height: 0x8000 };
  const baseUs = Number(timeBase / 1000n);
  const baseNs = Number(timeBase % 1000n);
  let count = builder.count;
  for (
    let at = first * EVENT_BYTES;
    at < end * EVENT_BYTES;
    at += EVENT_BYTES
  ) {
    const place = words.getUint32(at + 4, true);
    const column = place & 0xffff;
    const row = place >>> 16 & 0x7fff;
    if (column >= width || row >= height) {
      faults.add(OUTSIDE, offset);
      continue;
    }
    x[count] = column;
    y[count] = row;
    t[count] = baseUs + Math.floor((baseNs + words.getUint32(at, true)) / 1000);
    p[count] = place >>> 31;
    count++;
  }
  builder.count = count;
}

/**
 * Decodes the encoding `libcaer`: valid in bit 0, p in bit 1, y in bits 2–16,
 * x in bits 17–31, then µs since the time base, 31 bits that may wrap.
 *
 * @param packet The words and their time base.
 * @param sink Destination of events.
 * @returns A generator that yields whenever the builder may be full.
 *
 * @example
 * ```ts
 * import { BlockBuilder } from "../reading/block_builder.ts";
 * import { FaultCounts } from "../reading/fault_counts.ts";
 * import { decodeLibcaer } from "./event_words.ts";
 * const [builder, faults] = [new BlockBuilder(), new FaultCounts()];
 * const words = new DataView(Uint32Array.of(5 << 17 | 7 << 2 | 3, 9).buffer);
 * const sink = { builder, faults, sensor: undefined, offset: 0 };
 * for (const _ of decodeLibcaer({ words, timeBase: 1000n }, sink));
 * const { x, y, t, p } = builder.take();
 * if (`${x},${y},${t},${p}` !== "5,7,10,1") throw new Error("misread");
 * ```
 */
export function* decodeLibcaer(
  packet: TimedWords,
  sink: EventSink,
): Generator<void> {
  const events = Math.floor(packet.words.byteLength / EVENT_BYTES);
  let clock: Clock = { baseUs: Number(packet.timeBase / 1000n), latest: 0 };
  for (let first = 0; first < events;) {
    const end = Math.min(events, first + sink.builder.room);
    clock = addLibcaer(packet.words, { sink, first, end, clock });
    first = end;
    yield;
  }
}

/** Base of the 31-bit times in µs, and the latest of these times. */
interface Clock {
  readonly baseUs: number;
  readonly latest: number;
}

function addLibcaer(
  words: DataView,
  { sink, first, end, clock }: Stretch & { readonly clock: Clock },
): Clock {
  const { builder, faults, sensor, offset } = sink;
  const { x, y, t, p } = builder;
  const { width, height } = sensor ?? { width: 0x8000, height: 0x8000 };
  let { baseUs, latest } = clock;
  let count = builder.count;
  for (
    let at = first * EVENT_BYTES;
    at < end * EVENT_BYTES;
    at += EVENT_BYTES
  ) {
    const data = words.getUint32(at, true);
    const time = words.getUint32(at + 4, true);
    if (time < latest) baseUs += 2 ** 31;
    latest = time;
    const column = data >>> 17;
    const row = data >>> 2 & 0x7fff;
    if ((data & 1) === 0 || column >= width || row >= height) {
      faults.add(
        (data & 1) === 0 ? "events marked as invalid" : OUTSIDE,
        offset,
      );
      continue;
    }
    x[count] = column;
    y[count] = row;
    t[count] = baseUs + time;
    p[count] = data >>> 1 & 1;
    count++;
  }
  builder.count = count;
  return { baseUs, latest };
}
