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
  type EventSink,
  type TimedWords,
} from "./event_words.ts";
import { Evt3Decoder } from "./evt3.ts";
import { MessageReader } from "./message_reader.ts";
import type { RosMessage } from "./messages.ts";

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
   * Decodes the next message.
   *
   * @param message The message.
   * @returns A generator that yields whenever the builder may be full.
   * @throws {RangeError} If the message is cut off, or its encoding is unknown.
   */
  *decode(message: RosMessage): Generator<void> {
    const { reader, sensor } = readStart(message);
    const sink: EventSink = {
      builder: this.#builder,
      faults: this.#faults,
      sensor,
      offset: message.offset,
    };
    if (ARRAY_TYPES.has(plainType(message.type))) {
      yield* decodeArray(reader, sink);
    } else yield* this.#decodePacket(reader, sink);
  }

  *#decodePacket(reader: MessageReader, sink: EventSink): Generator<void> {
    reader.uint64();
    const timeBase = reader.uint64();
    const encoding = reader.text();
    const isBigEndian = reader.uint8() !== 0;
    const { buffer, byteOffset, byteLength } = reader.bytes();
    const packet: TimedWords = {
      words: new DataView(buffer, byteOffset, byteLength),
      timeBase,
    };
    if (isBigEndian) throw new RangeError("its events are big-endian");
    switch (encoding) {
      case "evt3":
        return yield* this.#evt3.decode(packet.words, sink);
      case "mono":
        return yield* decodeMono(packet, sink);
      case "libcaer":
        return yield* decodeLibcaer(packet, sink);
    }
    throw new RangeError(
      `its events are encoded as "${encoding}", only evt3, mono and libcaer ` +
        `can be read`,
    );
  }
}

/** Decodes an array of events with x, y, time in s and ns, and p. */
function* decodeArray(
  reader: MessageReader,
  sink: EventSink,
): Generator<void> {
  for (let left = reader.uint32(); left > 0;) {
    const count = Math.min(left, sink.builder.room);
    addEvents(reader, { sink, count });
    left -= count;
    yield;
  }
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

/** Removes the `msg` folder of ROS 2 from the name of a message type. */
function plainType(type: string): string {
  return type.replace("/msg/", "/");
}
