import assert from "node:assert/strict";
import { zstdCompressSync } from "node:zlib";
import { compressLz4 } from "../../../../dataset/files/compression/lz4.ts";
import { openRecording } from "../../../../dataset/formats/open_recording.ts";
import { ZEROS } from "../../../../dataset/formats/reading/fault_counts.ts";
import type { MessageEncoding } from "../../../../dataset/formats/ros/message_reader.ts";
import { concatBytes } from "../aedat_files.ts";
import { readCut, ROWS } from "../reading/cut_recordings.ts";
import { temporaryFolder } from "../../../fixtures/temporary_folder.ts";
import { type Row, rowsOf } from "../recordings.ts";
import {
  bag,
  bagChunk,
  bagRecords,
  eventArray,
  eventPacket,
  mcapFile,
  monoWords,
  ros2Bag,
  type SentMessage,
  words16,
} from "./ros_files.ts";

const EVENT_PACKET = "event_camera_msgs/EventPacket";

/** Encodes events as `libcaer` has them. */
function libcaerWords(rows: readonly Row[]): Uint8Array {
  const words = rows.flatMap(([x, y, t, p]) => [
    x * 131072 + y * 4 + p * 2 + 1,
    t,
  ]);
  return new Uint8Array(Uint32Array.from(words).buffer);
}

/** Encodes events as EVT 3 has them. */
function evt3Words(rows: readonly Row[]): Uint8Array {
  return words16(...rows.flatMap(([x, y, t, p]) => [
    0x8000 + (t >> 12),
    0x6000 + (t & 0xfff),
    y,
    0x2000 + 0x800 * p + x,
  ]));
}

/** Messages of events by the names of their encodings. */
const MESSAGES: Readonly<
  Record<
    string,
    (encoding: MessageEncoding, rows: readonly Row[]) => Omit<
      SentMessage,
      "topic"
    >
  >
> = {
  EventArray: (encoding, rows) => ({
    type: "dvs_msgs/EventArray",
    bytes: eventArray(encoding, rows),
  }),
  mono: (encoding, rows) => ({
    type: EVENT_PACKET,
    bytes: eventPacket(encoding, {
      events: "mono",
      words: monoWords(rows.map(([x, y, t, p]) => [x, y, 1000 * t, p])),
    }),
  }),
  libcaer: (encoding, rows) => ({
    type: EVENT_PACKET,
    bytes: eventPacket(encoding, {
      events: "libcaer",
      words: libcaerWords(rows),
    }),
  }),
  evt3: (encoding, rows) => ({
    type: EVENT_PACKET,
    bytes: eventPacket(encoding, { events: "evt3", words: evt3Words(rows) }),
  }),
};

/** Containers of messages: uncompressed ones, then others. */
const [PLAIN, PACKED]: readonly (readonly [
  name: string,
  encoding: MessageEncoding,
  write: (
    messages: readonly SentMessage[],
  ) => Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>,
])[][] = [
  [
    ["a bag without chunks", "ros1", (sent) => bag(bagRecords(sent))],
    ["a bag", "ros1", (sent) => {
      const packed = bagRecords(sent);
      return bag(bagChunk("none", { packed, size: packed.length }));
    }],
    ["MCAP", "cdr", (sent) => mcapFile(sent, { encoding: "cdr" })],
    [
      "MCAP without chunks",
      "ros1",
      (sent) => mcapFile(sent, { encoding: "ros1", useChunks: false }),
    ],
  ],
  [
    ["a bag by LZ4", "ros1", (sent) =>
      bag(...[sent, sent].map((sent) => {
        const records = bagRecords(sent);
        const packed = compressLz4(records);
        return bagChunk("lz4", { packed, size: records.length });
      }))],
    ...([["lz4", compressLz4], ["zstd", zstdCompressSync]] as const).map((
      [compression, compress],
    ) =>
      [
        `MCAP by ${compression}`,
        "cdr",
        (sent: readonly SentMessage[]) =>
          mcapFile([...sent, ...sent], {
            encoding: "cdr",
            compression,
            compress,
          }),
      ] as const
    ),
  ],
];

/** Index after the last occurrence of bytes. */
function endOf(part: Uint8Array, file: Uint8Array): number {
  const [text, found] = [file, part].map((bytes) =>
    new TextDecoder("latin1").decode(bytes)
  );
  return text.lastIndexOf(found) + part.length;
}

for (const [name, encoding, write] of PLAIN) {
  for (const [kind, message] of Object.entries(MESSAGES)) {
    const messages = [ROWS.slice(0, 4), ROWS.slice(4)].map((rows) => ({
      topic: "/dvs",
      ...message(encoding, rows),
    }));

    Deno.test(`${name} of ${kind}: zeros over the last message are no events, and counted`, async () => {
      const file = await write(messages);
      const { bytes } = messages[1];
      const end = endOf(bytes, file);
      assert.deepEqual((await readCut("a", file, file.length)).rows, ROWS);
      for (const more of [0, 4096]) {
        const step = more > 0 ? 1 : 5;
        for (let from = end - bytes.length - 20; from < end; from += step) {
          const zeroed = concatBytes(
            file.slice(0, end).fill(0, from),
            new Uint8Array(more),
          );
          const { rows, faults } = await readCut("a", zeroed, zeroed.length)
            .catch((error: Error) => {
              // A few zeros may be any damage.
              assert(more === 0 && end - from <= 16, `${from}: ${error}`);
              return { rows: ROWS, faults: [] };
            });
          assert(rows.length >= 4, `${from}`);
          // The zeros may begin inside the last event, after its time.
          assert.deepEqual(
            rows.slice(0, -1),
            ROWS.slice(0, rows.length - 1),
            `${from}`,
          );
          assert(rows.at(-1)![2] >= rows.at(-2)![2], `${from}: ${rows}`);
          if (more > 0 || end - from > 16) {
            assert.equal(faults.length, 1, `${from}`);
            const [{ problem, offset }] = faults;
            assert(problem === ZEROS || /, which is cut off$/.test(problem));
            assert(offset! <= end);
          }
        }
      }
    });

    if (kind === "evt3") continue;

    Deno.test(`${name} of ${kind}: zeros from an event on are counted from there`, async () => {
      const file = await write(messages);
      const end = endOf(messages[1].bytes, file);
      const lengths = [1, 2, 3].map((events) =>
        message(encoding, ROWS.slice(4, 4 + events)).bytes.length
      );
      for (const [i, length] of lengths.entries()) {
        const from = end - messages[1].bytes.length + length;
        const zeroed = concatBytes(
          file.slice(0, end).fill(0, from),
          new Uint8Array(99),
        );
        const { rows, faults } = await readCut("a", zeroed, zeroed.length);
        assert.deepEqual(rows, ROWS.slice(0, 5 + i));
        const [{ problem, count, offset }] = faults;
        assert.equal(problem, ZEROS);
        assert.equal(count, zeroed.length - offset!);
        // CDR may have a byte between events.
        assert(offset === from || offset === from + 1, `${offset} ${from}`);
      }
    });
  }
}

for (const [name, encoding, write] of PACKED) {
  Deno.test(`${name}: zeros over the last chunk leave the events before it`, async () => {
    const { EventArray } = MESSAGES;
    const messages = Array.from({ length: 12 }, () => ({
      topic: "/dvs",
      ...EventArray(encoding, ROWS),
    }));
    const file = await write(messages);
    const all = (await readCut("a", file, file.length)).rows;
    const start = Math.ceil(0.7 * file.length);
    for (let from = start; from <= file.length; from += 7) {
      const zeroed = concatBytes(
        file.slice().fill(0, from),
        new Uint8Array(4096),
      );
      const { rows, faults } = await readCut("a", zeroed, zeroed.length);
      assert(rows.length > 0, `${from}`);
      // The zeros may begin inside the last event.
      assert.deepEqual(
        rows.slice(0, -1),
        all.slice(0, rows.length - 1),
        `${from}`,
      );
      // After the data MCAP has a mark of their end.
      if (rows.length < all.length) assert.equal(faults.length, 1, `${from}`);
    }
  });
}

/** Size of a page of a ROS 2 bag in bytes. */
const PAGE = 4096;

/** Messages of 600 events, after one that has only zeros in a page of its own. */
const [LONG, IMAGE] = [
  Array.from(
    { length: 600 },
    (_, i): Row => [i % 600, i % 400, 4096 + 3 * i, i % 2],
  ),
  {
    topic: "/image",
    type: "sensor_msgs/msg/Image",
    bytes: new Uint8Array(9e3),
  },
];

for (const [kind, message] of Object.entries(MESSAGES)) {
  Deno.test(`a bag of ROS 2 of ${kind}: a page of zeros is no events`, async () => {
    await using folder = await temporaryFolder();
    const dvs = { topic: "/dvs", ...message("cdr", LONG) };
    const file = await ros2Bag(`${folder.path}/a.db3`, [IMAGE, dvs, dvs, dvs]);
    const all = [...LONG, ...LONG, ...LONG];
    assert.deepEqual((await readCut("a", file, file.length)).rows, all);
    const counts = { damaged: 0, cut: 0 };
    for (let start = PAGE; start < file.length; start += PAGE) {
      for (const end of [start + PAGE, file.length]) {
        const zeroed = file.slice().fill(0, start, end);
        const rows: Row[] = [];
        try {
          const recording = await openRecording(new File([zeroed], "a"));
          for await (const block of recording.blocks()) {
            rows.push(...rowsOf(block));
          }
          if (recording.faults.length === 0) {
            assert.deepEqual(rows, all);
            continue;
          }
          // Zeros from there on to the end are a fault, others an error.
          const [{ problem, offset }] = recording.faults;
          assert.equal(problem, ZEROS);
          assert(zeroed.subarray(offset! + 16).every((byte) => byte === 0));
          counts.cut++;
        } catch (error) {
          assert.equal((error as Error).name, "RecordingError", `${error}`);
          counts.damaged++;
        }
        // The zeros may begin inside the last event, after its time.
        const last = all[rows.length - 1];
        assert.deepEqual(
          rows.slice(0, -1),
          all.slice(0, Math.max(0, rows.length - 1)),
        );
        assert.equal(rows.at(-1)?.[2], last?.[2]);
      }
    }
    assert(counts.damaged > 5 && counts.cut > 1, JSON.stringify(counts));
  });
}

Deno.test("a last event of zero bytes is kept where it is valid", async () => {
  const topic = "/dvs";
  const cases = Object.entries(MESSAGES).map(([kind, message]) => {
    const rows: Row[] = [[3, 4, 2000, 0], [0, 0, 256 * 1000, 0]];
    return { kind, rows, message: message("ros1", rows) };
  });
  // The first event of a packet has the time of the packet.
  const first = eventPacket("ros1", {
    events: "mono",
    words: new Uint8Array(8),
    timeBase: 2_000_000n,
  });
  cases.push({
    kind: "mono",
    rows: [[0, 0, 2000, 0]],
    message: { type: EVENT_PACKET, bytes: first },
  });
  for (const { kind, rows, message } of cases) {
    const before = { topic, ...MESSAGES[kind]("ros1", ROWS) };
    const whole = bag(bagRecords([before, { topic, ...message }]));
    // A bag that was not closed ends with its last message.
    const open = whole.slice(0, endOf(message.bytes, whole));
    for (const file of [whole, open]) {
      const found = await readCut("a", file, file.length);
      assert.deepEqual(found.rows, [...ROWS, ...rows], kind);
      assert.deepEqual(found.faults, []);
    }
  }
});
