/**
 * Decoder of events in ROS messages.
 *
 * @module
 */

import type { Sensor } from "../../events.ts";
import type { BlockBuilder } from "../reading/block_builder.ts";
import { type FaultCounts, OUTSIDE } from "../reading/fault_counts.ts";
import {
  decodeLibcaer,
  decodeMono,
  EVENT_BYTES,
  type EventSink,
} from "./event_words.ts";
import { Evt3Decoder } from "./evt3.ts";
import { MessageReader } from "./message_reader.ts";
import type { RosMessage } from "./messages.ts";
import { findZeroEvents, PART_ZEROS } from "./zero_bytes.ts";

/** Message types with a packet of encoded events. */
const PACKET_TYPES: ReadonlySet<string> = new Set([
  "event_camera_msgs/EventPacket",
]);

/** Message types with an array of events. */
const ARRAY_TYPES: ReadonlySet<string> = new Set([
  "dvs_msgs/EventArray",
  "prophesee_event_msgs/EventArray",
]);

/**
 * Tells whether messages of a type contain readable events.
 *
 * @param type The type's name in the file.
 * @returns Whether it is a known type of event messages.
 *
 * @example
 * ```ts
 * import { holdsEvents } from "./event_messages.ts";
 * if (!holdsEvents("dvs_msgs/msg/EventArray")) throw new Error("expected it");
 * ```
 */
export function holdsEvents(type: string): boolean {
  return PACKET_TYPES.has(plainType(type)) || ARRAY_TYPES.has(plainType(type));
}

/**
 * Reads the sensor size in an event message.
 *
 * @param message The message.
 * @returns The size; `undefined` if it is 0×0 in the message.
 * @throws {RangeError} If the message is cut off.
 *
 * @example
 * ```ts
 * import { sensorIn } from "./event_messages.ts";
 * const words = Uint32Array.of(0, 0, 0, 0, 180, 240, 0);
 * const sensor = sensorIn({
 *   topic: "/dvs/events",
 *   type: "dvs_msgs/EventArray",
 *   encoding: "ros1",
 *   bytes: new Uint8Array(words.buffer),
 *   offset: 0,
 * });
 * if (sensor?.width !== 240) throw new Error("misread");
 * ```
 */
export function sensorIn(message: RosMessage): Sensor | undefined {
  return readStart(message).sensor;
}

/** Reads the common start of all event messages: header and sensor size. */
function readStart(
  { bytes, encoding }: RosMessage,
): { reader: MessageReader; sensor: Sensor | undefined } {
  const reader = new MessageReader(bytes, encoding);
  // The header: a sequence number (ROS 1 only), a time, and a frame name.
  if (encoding === "ros1") reader.uint32();
  reader.uint32();
  reader.uint32();
  reader.bytes();
  const height = reader.uint32();
  const width = reader.uint32();
  const sensor = width > 0 && height > 0 ? { width, height } : undefined;
  return { reader, sensor };
}

/**
 * Decoder of the messages of one topic, in order.
 *
 * @example
 * ```ts
 * import { BlockBuilder } from "../reading/block_builder.ts";
 * import { FaultCounts } from "../reading/fault_counts.ts";
 * import { EventMessages } from "./event_messages.ts";
 * const builder = new BlockBuilder();
 * const events = new EventMessages(builder, new FaultCounts());
 * const start = Uint32Array.of(0, 0, 0, 0, 180, 240, 1);
 * const event = Uint8Array.of(5, 0, 7, 0, 2, 0, 0, 0, 0, 12, 0, 0, 1);
 * const bytes = Uint8Array.of(...new Uint8Array(start.buffer), ...event);
 * for (
 *   const _ of events.decode({
 *     topic: "/dvs/events",
 *     type: "dvs_msgs/EventArray",
 *     encoding: "ros1",
 *     bytes,
 *     offset: 0,
 *   })
 * );
 * const { x, y, t, p } = builder.take();
 * if (`${x},${y},${t},${p}` !== "5,7,2000003,1") throw new Error("misread");
 * ```
 */
export class EventMessages {
  readonly #builder: BlockBuilder;
  readonly #faults: FaultCounts;
  // Kept between packets, because EVT 3 times continue from the preceding
  // packet.
  readonly #evt3 = new Evt3Decoder();
  /** Time of the last event of the preceding message in ns. */
  #timeBefore = 0;

  /**
   * Makes a decoder in its initial state.
   *
   * @param builder Destination of events.
   * @param faults Counts skipped events.
   */
  constructor(builder: BlockBuilder, faults: FaultCounts) {
    this.#builder = builder;
    this.#faults = faults;
  }

  /**
   * Decodes the next message, but for zeros at its end that are no events.
   *
   * @param message The message.
   * @returns A generator that yields whenever the builder may be full, and
   *   returns the index of the first of those zeros, if there are any.
   * @throws {RangeError} If the message is cut off, or its encoding is unknown.
   */
  *decode(message: RosMessage): Generator<void, number | undefined> {
    const { reader, sensor } = readStart(message);
    const sink: EventSink = {
      builder: this.#builder,
      faults: this.#faults,
      sensor,
      offset: message.offset,
    };
    if (ARRAY_TYPES.has(plainType(message.type))) {
      return yield* this.#decodeArray(reader, { sink, message });
    }
    return yield* this.#decodePacket(reader, { sink, message });
  }

  /** Decodes an array of events with x, y, time in s and ns, and p. */
  *#decodeArray(
    reader: MessageReader,
    { sink, message }: Destination,
  ): Generator<void, number | undefined> {
    const count = reader.uint32();
    const { view, littleEndian, at: base } = reader;
    // An event has 13 bytes; CDR aligns times and, before them, x and y.
    const isAligned = message.encoding === "cdr";
    const [stride, lead] = isAligned ? [16, 2] : [13, 0];
    const readTime = (at: number) =>
      view.getUint32(at, littleEndian) * 1e9 +
      view.getUint32(at + 4, littleEndian);
    const zeros = findZeroEvents({
      count,
      base,
      stride,
      lead,
      timeAt: 4,
      timeBytes: 8,
      readTime,
      zeroTime: 0,
      timeBefore: this.#timeBefore,
    }, message.zeros);
    for (let left = zeros?.whole ?? count; left > 0;) {
      const part = Math.min(left, sink.builder.room);
      addEvents(reader, { sink, count: part });
      left -= part;
      yield;
    }
    if (count > 0) this.#timeBefore = readTime(base + stride * (count - 1) + 4);
    return zeros?.at;
  }

  *#decodePacket(
    reader: MessageReader,
    { sink, message }: Destination,
  ): Generator<void, number | undefined> {
    reader.uint64();
    const timeBase = reader.uint64();
    const encoding = reader.text();
    const isBigEndian = reader.uint8() !== 0;
    const bytes = reader.bytes();
    if (isBigEndian) throw new RangeError("its events are big-endian");
    if (encoding === "evt3") {
      yield* this.#evt3.decode(viewOf(bytes), sink);
      // Zeros are words of row 0, of which no camera sends several.
      const { zeros } = message;
      const count = message.bytes.length - (zeros?.at ?? Infinity);
      return count > PART_ZEROS ? zeros?.at : undefined;
    }
    if (encoding === "mono" || encoding === "libcaer") {
      const isMono = encoding === "mono";
      const [timeAt, unit] = isMono ? [0, 1] : [4, 1000];
      const start = Number(timeBase);
      const count = Math.floor(bytes.length / EVENT_BYTES);
      const base = reader.at - bytes.length;
      const readTime = (at: number) =>
        start + reader.view.getUint32(at, true) * unit;
      const zeros = findZeroEvents({
        count,
        base,
        stride: EVENT_BYTES,
        timeAt,
        timeBytes: 4,
        readTime,
        // Zeros lack the mark that valid events have in libcaer.
        zeroTime: isMono ? start : -Infinity,
        timeBefore: this.#timeBefore,
      }, message.zeros);
      const end = zeros && zeros.whole * EVENT_BYTES;
      const packet = { words: viewOf(bytes.subarray(0, end)), timeBase };
      yield* isMono ? decodeMono(packet, sink) : decodeLibcaer(packet, sink);
      if (count > 0) {
        this.#timeBefore = readTime(base + EVENT_BYTES * (count - 1) + timeAt);
      }
      return zeros?.at;
    }
    throw new RangeError(
      `its events are encoded as "${encoding}", only evt3, mono and libcaer ` +
        `can be read`,
    );
  }
}

/** Message with the destination of its events. */
interface Destination {
  readonly sink: EventSink;
  readonly message: RosMessage;
}

function addEvents(
  reader: MessageReader,
  { sink, count }: { readonly sink: EventSink; readonly count: number },
): void {
  const { builder, faults, sensor, offset } = sink;
  const { width, height } = sensor ?? { width: 0x10000, height: 0x10000 };
  const { view, littleEndian } = reader;
  for (let i = 0; i < count; i++) {
    const column = view.getUint16(reader.place(2), littleEndian);
    const row = view.getUint16(reader.place(2), littleEndian);
    const seconds = view.getUint32(reader.place(4), littleEndian);
    const nanoseconds = view.getUint32(reader.place(4), littleEndian);
    const polarity = view.getUint8(reader.place(1));
    if (column >= width || row >= height) {
      faults.add(OUTSIDE, offset);
      continue;
    }
    const place = builder.count++;
    builder.x[place] = column;
    builder.y[place] = row;
    builder.t[place] = seconds * 1e6 + Math.floor(nanoseconds / 1000);
    builder.p[place] = Number(polarity !== 0);
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** Removes the `msg` folder of ROS 2 from the name of a message type. */
function plainType(type: string): string {
  return type.replace("/msg/", "/");
}
