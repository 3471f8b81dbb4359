import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { zstdCompressSync } from "node:zlib";
import { compressLz4 } from "../../../../dataset/files/compression/lz4.ts";
import type { MessageEncoding } from "../../../../dataset/formats/ros/message_reader.ts";
import {
  mcap,
  ros2Bag,
  rosBag,
  type RosFormat,
} from "../../../../dataset/formats/ros/ros.ts";
import { fc } from "../../../fixtures/properties.ts";
import { temporaryFolder } from "../../../fixtures/temporary_folder.ts";
import { anyRow, fileOf, readRows, type Row } from "../recordings.ts";
import {
  bag,
  bagChunk,
  bagRecords,
  eventArray,
  mcapFile,
  ros2Bag as ros2BagFile,
  type SentMessage,
} from "./ros_files.ts";

/** A chunk of one message that the bzip2 program compressed, in base 64. */
const BZIP2_CHUNK = `
QlpoOTFBWSZTWctMdIoAADX/ovfyoERJEIJCIgAJAL+j3yAAAMAAIAAgAJVDU0p5NQ
9CPTSepgTJiGTBoNCmUxPUemaU9QDQAANqZxlYlRMNVRtmuoTc8Pk8RiJWuORggUDB
AsFQuJg+zmoNuWlFS7uskBxhr/HbQZ4jFCYPT1pLAuewi1Epos3BvtkPq0YLpXVhf1
EmkI2JFoo0wbjzDELQ0bzE68GNIMkTvGIYyM5T3Gays6uBdyRThQkMtMdIoA==`;

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);
let files = 0;

/** Ways to keep messages: the format, how messages are written, and the file. */
const WAYS: readonly (readonly [
  name: string,
  format: RosFormat,
  encoding: MessageEncoding,
  write: (
    messages: readonly SentMessage[],
  ) => Promise<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer>,
])[] = [
  [
    "a bag of ROS 1 without chunks",
    rosBag,
    "ros1",
    (sent) => bag(bagRecords(sent)),
  ],
  ["a bag of ROS 1", rosBag, "ros1", (sent) => {
    const packed = bagRecords(sent);
    return bag(bagChunk("none", { packed, size: packed.length }));
  }],
  ["a bag of ROS 1 by LZ4", rosBag, "ros1", (sent) => {
    const records = bagRecords(sent);
    const packed = compressLz4(records);
    return bag(bagChunk("lz4", { packed, size: records.length }));
  }],
  [
    "a bag of ROS 2",
    ros2Bag,
    "cdr",
    (sent) => ros2BagFile(`${folder.path}/${files++}.db3`, sent),
  ],
  ["MCAP of ROS 2", mcap, "cdr", (sent) => mcapFile(sent, { encoding: "cdr" })],
  [
    "MCAP of ROS 1 without chunks",
    mcap,
    "ros1",
    (sent) => mcapFile(sent, { encoding: "ros1", useChunks: false }),
  ],
  ["MCAP by LZ4", mcap, "cdr", (sent) =>
    mcapFile(sent, {
      encoding: "cdr",
      compression: "lz4",
      compress: compressLz4,
    })],
  ["MCAP by Zstandard", mcap, "cdr", (sent) =>
    mcapFile(sent, {
      encoding: "cdr",
      compression: "zstd",
      compress: zstdCompressSync,
    })],
];

const row = anyRow({ width: 1280, height: 720, time: 2 ** 32 * 1e6 - 1 });

for (const [name, format, encoding, write] of WAYS) {
  const type = encoding === "cdr"
    ? "dvs_msgs/msg/EventArray"
    : "dvs_msgs/EventArray";

  Deno.test(`${name} gives the events that were stored`, async () => {
    const arrays = fc.array(fc.array(row, { maxLength: 300 }), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(arrays, async (arrays) => {
        const messages = arrays.flatMap((rows): SentMessage[] => [
          { topic: "/imu", type: "sensor_msgs/Imu", bytes: new Uint8Array(9) },
          { topic: "/dvs", type, bytes: eventArray(encoding, rows) },
          {
            topic: "/other",
            type,
            bytes: eventArray(encoding, [[1, 2, 3, 1]]),
          },
        ]);
        const bytes = await write(messages);
        assert(format.matches(bytes.subarray(0, 4096)));
        const recording = await format.open(fileOf(bytes));
        assert.equal(recording.format, format.name);
        assert.equal(recording.topic, "/dvs");
        assert.deepEqual(recording.sensor, { width: 1280, height: 720 });
        assert.deepEqual(await readRows(recording), arrays.flat());
        assert.deepEqual(await readRows(recording), arrays.flat());
        assert.deepEqual(
          recording.faults.map(({ problem, count }) => [problem, count]),
          [['messages not on "/dvs"', arrays.length]],
        );
        const other = await format.open(fileOf(bytes), { topic: "/other" });
        assert.deepEqual(
          await readRows(other),
          arrays.map((): Row => [1, 2, 3, 1]),
        );
        assert.deepEqual(other.faults, []);
      }),
      { seed: 16, numRuns: 15 },
    );
  });

  Deno.test(`${name} says which topics there are, and refuses a message that is cut off`, async () => {
    const bytes = eventArray(encoding, [[1, 2, 3, 1]]);
    const imu = { topic: "/imu", type: "sensor_msgs/Imu", bytes };
    const file = await write([imu]);
    await assert.rejects(() => format.open(fileOf(file)), {
      name: "RecordingError",
      message: `Cannot read recording "a": byte ${file.length} of ` +
        `${file.length}: it has no message of events, only "/imu" ` +
        "(sensor_msgs/Imu)",
    });
    await assert.rejects(
      () => format.open(fileOf(file), { topic: "/dvs" }),
      /: it has no message of events on "\/dvs", only /,
    );
    const cut = await write([
      { topic: "/dvs", type, bytes },
      { topic: "/dvs", type, bytes: bytes.subarray(0, bytes.length - 1) },
    ]);
    const blocks = (await format.open(fileOf(cut))).blocks();
    assert.deepEqual([...(await blocks.next()).value!.x], [1]);
    await assert.rejects(
      () => blocks.next(),
      /: byte \d+ of \d+: (a record|a chunk|a message on "\/dvs") is damaged: /,
    );
    const head = await write([
      { topic: "/dvs", type, bytes: bytes.subarray(0, 6) },
    ]);
    await assert.rejects(() => format.open(fileOf(head)), {
      name: "RecordingError",
    });
  });

  Deno.test(`${name} cut off anywhere is read up to there, or refused`, async () => {
    const bytes = eventArray(encoding, [[1, 2, 3, 1], [4, 5, 6, 0]]);
    const file = await write(Array(20).fill({ topic: "/dvs", type, bytes }));
    for (let end = 1; end < file.length; end += 97) {
      try {
        const cut = fileOf(file.slice(0, end));
        const rows = await readRows(await format.open(cut));
        assert(rows.length <= 40);
      } catch (error) {
        assert.equal((error as Error).name, "RecordingError", String(error));
      }
    }
  });
}

Deno.test("a bag of ROS 1 by bzip2 gives the events that were stored", async () => {
  const sent = {
    topic: "/dvs",
    type: "dvs_msgs/EventArray",
    bytes: eventArray("ros1", [[1, 2, 3, 1]]),
  };
  const { length: size } = bagRecords([sent]);
  const packed = Buffer.from(BZIP2_CHUNK, "base64");
  const file = fileOf(bag(bagChunk("bz2", { packed, size })));
  assert.deepEqual(await readRows(await rosBag.open(file)), [[1, 2, 3, 1]]);
  for (
    const [chunk, problem] of [
      [bagChunk("bz2", { packed, size: 2 ** 30 }), /claims 1073741824 bytes$/],
      [bagChunk("bz2", { packed, size: size + 1 }), /bzip2 holds \d+ bytes/],
      [bagChunk("xz", { packed, size }), /compression "xz" is not known$/],
    ] as const
  ) {
    await assert.rejects(() => rosBag.open(fileOf(bag(chunk))), problem);
  }
});

Deno.test("a SQLite file whose pages go in a circle is refused", async () => {
  const bytes = eventArray("cdr", [[1, 2, 3, 1]]);
  const sent = { topic: "/dvs", type: "dvs_msgs/msg/EventArray", bytes };
  const file = await ros2BagFile(`${folder.path}/circle.db3`, [sent]);
  // The first page becomes an interior page that has itself as its child.
  file[100] = 5;
  new DataView(file.buffer).setUint32(108, 1);
  await assert.rejects(
    () => ros2Bag.open(fileOf(file)),
    /: (pages go in a circle|a page of a table is damaged: .*|page \d+ of \d+ .*)$/,
  );
});
