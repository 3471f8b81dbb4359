/**
 * Messages of events, and the files that ROS keeps them in.
 *
 * Messages and bags of ROS 1 are made from the specification, MCAP files by
 * the library of the format, bags of ROS 2 by SQLite.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { McapWriter } from "npm:@mcap/core@2.2.2";
import type { MessageEncoding } from "../../../../dataset/formats/ros/message_reader.ts";
import { concatBytes } from "../aedat_files.ts";
import type { Row } from "../recordings.ts";

/** A message, and where it was sent. */
export interface SentMessage {
  readonly topic: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Writes the fields of a message, one after another. */
class MessageWriter {
  readonly #bytes: number[] = [];
  readonly #aligned: boolean;

  constructor(encoding: MessageEncoding) {
    this.#aligned = encoding === "cdr";
  }

  number(value: number | bigint, size: number): this {
    while (this.#aligned && this.#bytes.length % size) this.#bytes.push(0);
    for (let i = 0n; i < size; i++) {
      this.#bytes.push(Number(BigInt(value) >> 8n * i & 255n));
    }
    return this;
  }

  bytes(content: Uint8Array): this {
    this.number(content.length, 4);
    for (const byte of content) this.#bytes.push(byte);
    return this;
  }

  text(text: string): this {
    const end = this.#aligned ? "\0" : "";
    return this.bytes(new TextEncoder().encode(text + end));
  }

  finish(): Uint8Array<ArrayBuffer> {
    const head = this.#aligned ? [0, 1, 0, 0] : [];
    return Uint8Array.from([...head, ...this.#bytes]);
  }
}

/** Starts a message of events with its header and the sensor's size. */
function start(
  encoding: MessageEncoding,
  { width, height }: { width: number; height: number },
): MessageWriter {
  const writer = new MessageWriter(encoding);
  if (encoding === "ros1") writer.number(17, 4);
  writer.number(1_700_000_000, 4).number(5, 4).text("camera");
  return writer.number(height, 4).number(width, 4);
}

/** Encodes an EventPacket. */
export function eventPacket(
  encoding: MessageEncoding,
  { events, words, timeBase = 0n, width = 640, height = 480, bigEndian = 0 }: {
    /** Encoding of the words. */
    readonly events: string;
    readonly words: Uint8Array;
    readonly timeBase?: bigint;
    readonly width?: number;
    readonly height?: number;
    readonly bigEndian?: number;
  },
): Uint8Array<ArrayBuffer> {
  return start(encoding, { width, height })
    .number(4, 8).number(timeBase, 8).text(events).number(bigEndian, 1)
    .bytes(words).finish();
}

/** Encodes an EventArray. */
export function eventArray(
  encoding: MessageEncoding,
  rows: readonly Row[],
): Uint8Array<ArrayBuffer> {
  const writer = start(encoding, { width: 1280, height: 720 });
  writer.number(rows.length, 4);
  for (const [x, y, t, p] of rows) {
    writer.number(x, 2).number(y, 2);
    writer.number(Math.floor(t / 1e6), 4).number(t % 1e6 * 1000 + 999, 4);
    writer.number(p, 1);
  }
  return writer.finish();
}

/** Encodes words of 16 bits. */
export function words16(...words: number[]): Uint8Array {
  return new Uint8Array(Uint16Array.from(words).buffer);
}

/** Encodes events as `mono` has them, in ns from the time base on. */
export function monoWords(rows: readonly Row[]): Uint8Array {
  return new Uint8Array(
    BigUint64Array.from(
      rows,
      ([x, y, ns, p]) =>
        BigInt(ns) + (BigInt(x) << 32n) + (BigInt(y) << 48n) +
        (BigInt(p) << 63n),
    ).buffer,
  );
}

function field(name: string, value: Uint8Array | string): Uint8Array {
  return withLength(concatBytes(`${name}=`, value));
}

function withLength(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes(number(bytes.length), bytes);
}

function number(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

/** Encodes a record of a bag. */
export function bagRecord(
  op: number,
  fields: Readonly<Record<string, Uint8Array | string>>,
  data: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const head = Object.entries(fields).map(([name, value]) =>
    field(name, value)
  );
  return concatBytes(
    withLength(concatBytes(field("op", Uint8Array.of(op)), ...head)),
    withLength(data),
  );
}

/** Encodes messages, each topic after the description of its connection. */
export function bagRecords(
  messages: readonly SentMessage[],
): Uint8Array<ArrayBuffer> {
  const topics: string[] = [];
  return concatBytes(...messages.flatMap(({ topic, type, bytes }) => {
    const known = topics.indexOf(topic);
    const conn = number(known < 0 ? topics.push(topic) - 1 : known);
    const described = concatBytes(
      field("topic", topic),
      field("type", type),
      field("md5sum", "*"),
      field("message_definition", "uint8 a=b"),
    );
    const time = new Uint8Array(8);
    return [
      ...(known < 0 ? [bagRecord(7, { conn, topic }, described)] : []),
      bagRecord(2, { conn, time }, bytes),
    ];
  }));
}

/** Encodes a chunk of a bag. */
export function bagChunk(
  compression: string,
  { packed, size }: { packed: Uint8Array; size: number },
): Uint8Array<ArrayBuffer> {
  return bagRecord(5, { compression, size: number(size) }, packed);
}

/** Encodes a bag of ROS 1 of some records. */
export function bag(...records: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const headAt = (place: number) =>
    bagRecord(3, {
      index_pos: new Uint8Array(BigUint64Array.of(BigInt(place)).buffer),
      conn_count: number(1),
      chunk_count: number(1),
    }, new TextEncoder().encode(" ".repeat(40)));
  const place = "#ROSBAG V2.0\n".length + headAt(0).length +
    concatBytes(...records).length;
  const head = headAt(place);
  const index = bagRecord(4, { ver: number(1) }, new Uint8Array(12));
  return concatBytes("#ROSBAG V2.0\n", head, ...records, index);
}

/** Writes a bag of ROS 2. */
export async function ros2Bag(
  path: string,
  messages: readonly SentMessage[],
): Promise<Uint8Array<ArrayBuffer>> {
  {
    using database = new DatabaseSync(path);
    database.exec(`
      CREATE TABLE topics(id INTEGER PRIMARY KEY, name TEXT NOT NULL,
        type TEXT NOT NULL, serialization_format TEXT NOT NULL);
      CREATE TABLE messages(id INTEGER PRIMARY KEY, topic_id INTEGER NOT NULL,
        timestamp INTEGER NOT NULL, data BLOB NOT NULL);
      CREATE INDEX timestamp_idx ON messages (timestamp ASC);
      BEGIN;
    `);
    const topics = [...new Set(messages.map(({ topic }) => topic))];
    const addTopic = database.prepare(
      "INSERT INTO topics VALUES (?,?,?,'cdr')",
    );
    for (const [id, topic] of topics.entries()) {
      const { type } = messages.find((message) => message.topic === topic)!;
      addTopic.run(id, topic, type);
    }
    const add = database.prepare("INSERT INTO messages VALUES (NULL,?,?,?)");
    for (const [time, { topic, bytes }] of messages.entries()) {
      add.run(topics.indexOf(topic), -time * 1e12, bytes);
    }
    database.exec("COMMIT");
  }
  return await Deno.readFile(path);
}

/** Encodes an MCAP file. */
export async function mcapFile(
  messages: readonly SentMessage[],
  { encoding, compress, compression, useChunks = true }: {
    readonly encoding: MessageEncoding;
    readonly compression?: string;
    readonly compress?: (bytes: Uint8Array) => Uint8Array;
    readonly useChunks?: boolean;
  },
): Promise<Uint8Array<ArrayBuffer>> {
  let file = new Uint8Array();
  const writer = new McapWriter({
    writable: {
      position: () => BigInt(file.length),
      write(bytes: Uint8Array) {
        file = concatBytes(file, bytes);
        return Promise.resolve();
      },
    },
    useChunks,
    chunkSize: 600,
    compressChunk: compress && ((bytes: Uint8Array) => ({
      compression: compression!,
      compressedData: compress(bytes),
    })),
  });
  await writer.start({
    profile: encoding === "cdr" ? "ros2" : "ros1",
    library: "",
  });
  const channels = new Map<string, number>();
  for (const { topic, type, bytes } of messages) {
    if (!channels.has(topic)) {
      const schemaId = await writer.registerSchema({
        name: type,
        encoding: "ros2msg",
        data: new Uint8Array(5),
      });
      channels.set(
        topic,
        await writer.registerChannel({
          topic,
          schemaId,
          messageEncoding: encoding,
          metadata: new Map([["a", "b"]]),
        }),
      );
    }
    await writer.addMessage({
      channelId: channels.get(topic)!,
      sequence: 0,
      logTime: 1n,
      publishTime: 1n,
      data: bytes,
    });
  }
  await writer.end();
  return file;
}
