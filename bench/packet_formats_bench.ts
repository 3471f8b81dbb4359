/**
 * Speed of reading recordings in packets, chunks and messages from the page
 * cache, in events/s.
 *
 * @module
 */

import { aedat3 } from "../dataset/formats/aedat3/aedat3.ts";
import { aedat4 } from "../dataset/formats/aedat4/aedat4.ts";
import { encodeAedat4 } from "../dataset/formats/aedat4/aedat4_encode.ts";
import { davis } from "../dataset/formats/aedat2/davis.ts";
import type { RecordingFormat } from "../dataset/formats/reading/format.ts";
import { rosBag } from "../dataset/formats/ros/ros.ts";
import { randomEvents } from "./setup/random_events.ts";

const EVENTS = 4_000_000;

/** Events in a packet. */
const PACKET = 4096;

const SENSOR = { width: 346, height: 260 };

const events = randomEvents(SENSOR)({
  x: new Uint16Array(EVENTS),
  y: new Uint16Array(EVENTS),
  t: new Float64Array(EVENTS),
  p: new Uint8Array(EVENTS),
});

/** Encodes the events in packets, 8 bytes per event. */
function packets(
  head: string,
  { before, event }: {
    /** Encodes the header of a packet. */
    readonly before: (first: number, count: number) => Uint8Array<ArrayBuffer>;
    /** Encodes an event as two 32-bit words. */
    readonly event: (i: number) => readonly [number, number];
  },
): Blob {
  const parts: (string | Uint8Array<ArrayBuffer>)[] = [head];
  for (let first = 0; first < EVENTS; first += PACKET) {
    const count = Math.min(PACKET, EVENTS - first);
    const words = new Uint32Array(2 * count);
    for (let i = 0; i < count; i++) words.set(event(first + i), 2 * i);
    parts.push(before(first, count), new Uint8Array(words.buffer));
  }
  return new Blob(parts);
}

const { x, y, t, p } = events;
const bigEndian = (word: number) =>
  (word << 24 | (word & 0xff00) << 8 | word >>> 8 & 0xff00 | word >>> 24) >>> 0;

/** Encodes a record of a bag: its fields, then its data. */
function bagRecord(
  fields: Readonly<Record<string, string>>,
  dataBytes: number,
): Uint8Array<ArrayBuffer> {
  const texts = Object.entries(fields).map(([name, value]) => {
    const text = `${name}=${value}`;
    return `${lengthOf(text.length)}${text}`;
  });
  const head = texts.join("");
  return latin1(`${lengthOf(head.length)}${head}${lengthOf(dataBytes)}`);
}

const lengthOf = (length: number) =>
  String.fromCharCode(...new Uint8Array(Uint32Array.of(length).buffer));
const latin1 = (text: string) =>
  Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const text = (value: string) => `${lengthOf(value.length)}${value}`;

const CONNECTION = "\0\0\0\0";
const described = `${text("topic=/events")}${
  text("type=event_camera_msgs/EventPacket")
}`;

/** Encodes an event message of the bag up to its first event. */
function message(bytes: number): Uint8Array<ArrayBuffer> {
  const zeros = "\0".repeat(12);
  const start = latin1(
    `${zeros}${text("")}${lengthOf(SENSOR.height)}${lengthOf(SENSOR.width)}` +
      `${"\0".repeat(16)}${text("libcaer")}\0${lengthOf(bytes)}`,
  );
  const record = bagRecord(
    { op: "\x02", conn: CONNECTION, time: "\0".repeat(8) },
    start.length + bytes,
  );
  return new Uint8Array([...record, ...start]);
}

async function aedat4File(compression: "none" | "lz4" | "zstd"): Promise<Blob> {
  const pieces = encodeAedat4([events], { sensor: SENSOR, compression });
  return new Blob(await Array.fromAsync(pieces));
}

/** Encodes pixel and polarity as a word of libcaer and AEDAT 3.1. */
const place = (i: number) => (x[i] << 17 | y[i] << 2 | p[i] << 1 | 1) >>> 0;

const FILES: Readonly<
  Record<string, readonly [RecordingFormat, () => Blob | Promise<Blob>]>
> = {
  "AEDAT 3.1": [aedat3, () =>
    packets(
      "#!AER-DAT3.1\r\n#Source 1: DAVIS346\r\n#!END-HEADER\r\n",
      {
        before: (_, count) =>
          new Uint8Array(
            Int32Array.of(0x10001, 8, 4, 0, count, count, count).buffer,
          ),
        event: (i) => [place(i), t[i]],
      },
    )],
  "AEDAT 2.0, DAVIS346": [
    davis,
    () =>
      packets("#!AER-DAT2.0\r\n# AEChip: Davis346red\r\n", {
        before: () => new Uint8Array(),
        event: (i) => [
          bigEndian((259 - y[i]) << 22 | (345 - x[i]) << 12 | p[i] << 11),
          bigEndian(t[i]),
        ],
      }),
  ],
  "AEDAT 4": [aedat4, () => aedat4File("none")],
  "AEDAT 4, LZ4": [aedat4, () => aedat4File("lz4")],
  "AEDAT 4, Zstandard": [aedat4, () => aedat4File("zstd")],
  "ROS 1 bag, libcaer": [rosBag, () => {
    const connection = bagRecord(
      { op: "\x07", conn: CONNECTION, topic: "/events" },
      described.length,
    );
    const head = `#ROSBAG V2.0\n${
      String.fromCharCode(...connection)
    }${described}`;
    return packets(head, {
      before: (_, count) => message(8 * count),
      event: (i) => [place(i), t[i]],
    });
  }],
};

/** Requires that the events read equal those written. */
async function check(format: RecordingFormat, path: string): Promise<void> {
  let at = 0;
  for await (const block of (await format.open(path)).blocks()) {
    for (let i = 0; i < block.t.length; i++, at++) {
      if (
        block.x[i] !== x[at] || block.y[i] !== y[at] ||
        block.t[i] !== t[at] || block.p[i] !== p[at]
      ) throw new Error(`${format.name}: event ${at} is read wrongly`);
    }
  }
  if (at !== EVENTS) throw new Error(`${at} of ${EVENTS} events are read`);
}

const folder = await Deno.makeTempDir();
const bestMs = new Map<string, number>();
addEventListener("unload", () => {
  Deno.removeSync(folder, { recursive: true });
  for (const [name, ms] of bestMs) {
    console.log(`${name}: ${(EVENTS / ms / 1000).toFixed(0)} M events/s`);
  }
});

for (const [index, [name, [format, make]]] of Object.entries(FILES).entries()) {
  const path = `${folder}/${index}`;
  let isChecked = false;
  Deno.bench({
    name: `${name}, ${EVENTS / 1e6} M events`,
    group: "packet formats",
    n: 5,
    warmup: 1,
  }, async (bench) => {
    if (!isChecked) {
      await Deno.writeFile(path, (await make()).stream());
      await check(format, path);
      isChecked = true;
    }
    bench.start();
    const start = performance.now();
    let count = 0;
    for await (const block of (await format.open(path)).blocks()) {
      count += block.t.length;
    }
    const ms = performance.now() - start;
    bench.end();
    if (count !== EVENTS) throw new Error(`${count} events are read`);
    bestMs.set(name, Math.min(ms, bestMs.get(name) ?? Infinity));
  });
}
