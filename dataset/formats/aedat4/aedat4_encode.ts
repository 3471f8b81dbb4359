/**
 * Encoder of events as AEDAT 4.
 *
 * @module
 */

import type { Sensor } from "../../events.ts";
import type { EventBlock } from "../reading/format.ts";
import {
  type Compression,
  COMPRESSION_NUMBERS,
  loadCompressor,
} from "./compression.ts";
import { describeStreams } from "./streams.ts";

/** Events per packet. */
const PACKET_EVENTS = 1 << 13;

/**
 * Size of a packet's table before its first event in bytes, compressed with the
 * events.
 */
const TABLE_BYTES = 32;

const EVENT_BYTES = 16;

/** Options of the encoder. */
export interface EncodeAedat4Options {
  /** Size of the sensor. */
  readonly sensor: Sensor;
  /**
   * Compression of packets.
   *
   * @default "lz4"
   */
  readonly compression?: Compression;
  /**
   * Name of the stream.
   *
   * @default "events"
   */
  readonly name?: string;
}

/**
 * Encodes events as AEDAT 4 with one stream.
 *
 * The table of all packets, which DV appends, is omitted: the header would need
 * its offset before packets are compressed. Readers then scan the packets, as
 * after an interrupted recording.
 *
 * @param blocks The events, such as a reader's blocks.
 * @param options Sensor, compression and name of the stream.
 * @returns The file in pieces, the header first.
 * @throws {RangeError} If an event is outside the sensor.
 *
 * @example
 * ```ts
 * import { encodeAedat4 } from "./aedat4_encode.ts";
 * const events = {
 *   x: Uint16Array.of(5),
 *   y: Uint16Array.of(7),
 *   t: Float64Array.of(1000),
 *   p: Uint8Array.of(1),
 * };
 * const path = await Deno.makeTempFile();
 * const pieces = encodeAedat4([events], { sensor: { width: 9, height: 9 } });
 * await Deno.writeFile(path, ReadableStream.from(pieces));
 * const text = await Deno.readTextFile(path);
 * if (!text.startsWith("#!AER-DAT4.0\r\n")) throw new Error(text);
 * await Deno.remove(path);
 * ```
 */
export async function* encodeAedat4(
  blocks: Iterable<EventBlock> | AsyncIterable<EventBlock>,
  { sensor, compression = "lz4", name = "events" }: EncodeAedat4Options,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const compress = await loadCompressor(compression);
  yield encodeHeader(
    COMPRESSION_NUMBERS[compression],
    describeStreams({
      name,
      sensor,
      compression: compression.toUpperCase(),
    }),
  );
  for await (const block of blocks) {
    for (let first = 0; first < block.t.length; first += PACKET_EVENTS) {
      const last = Math.min(first + PACKET_EVENTS, block.t.length);
      const body = compress(encodeEvents(block, { first, last, sensor }));
      const packet = new Uint8Array(8 + body.length);
      new DataView(packet.buffer).setInt32(4, body.length, true);
      packet.set(body, 8);
      yield packet;
    }
  }
}

/** Encodes the version line and the header, a table of three fields. */
function encodeHeader(
  compression: number,
  description: string,
): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const line = encoder.encode("#!AER-DAT4.0\r\n");
  const text = encoder.encode(description);
  const bytes = new Uint8Array(line.length + 48 + text.length + 1);
  bytes.set(line);
  bytes.set(text, line.length + 48);
  const view = new DataView(bytes.buffer, line.length);
  view.setUint32(0, view.byteLength - 4, true);
  view.setUint32(4, 20, true);
  bytes.set(encoder.encode("IOHE"), line.length + 8);
  // vtable: its size, the size of the table, and the offsets of the fields.
  [10, 20, 4, 8, 16].forEach((value, i) =>
    view.setUint16(12 + 2 * i, value, true)
  );
  view.setInt32(24, 24 - 12, true);
  view.setInt32(28, compression, true);
  view.setBigInt64(32, -1n, true);
  view.setUint32(40, 4, true);
  view.setUint32(44, text.length, true);
  return bytes;
}

/** Encodes a packet, a table of one field: the vector of events. */
function encodeEvents(
  { x, y, t, p }: EventBlock,
  { first, last, sensor }: {
    readonly first: number;
    readonly last: number;
    readonly sensor: Sensor;
  },
): Uint8Array<ArrayBuffer> {
  const count = last - first;
  const bytes = new Uint8Array(TABLE_BYTES + count * EVENT_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length - 4, true);
  view.setUint32(4, 16, true);
  bytes.set(new TextEncoder().encode("EVTS"), 8);
  // vtable: its size, the size of the table, and the offset of the vector.
  [6, 8, 4].forEach((value, i) => view.setUint16(12 + 2 * i, value, true));
  view.setInt32(20, 20 - 12, true);
  view.setUint32(24, 4, true);
  view.setUint32(28, count, true);
  for (let i = first, at = TABLE_BYTES; i < last; i++, at += EVENT_BYTES) {
    if (x[i] >= sensor.width || y[i] >= sensor.height) {
      throw new RangeError(
        `Cannot encode event at (${x[i]}, ${y[i]}): the sensor has ` +
          `${sensor.width}×${sensor.height} pixels`,
      );
    }
    view.setUint32(at, t[i] % 2 ** 32, true);
    view.setInt32(at + 4, Math.floor(t[i] / 2 ** 32), true);
    view.setUint16(at + 8, x[i], true);
    view.setUint16(at + 10, y[i], true);
    view.setUint8(at + 12, p[i]);
  }
  return bytes;
}
