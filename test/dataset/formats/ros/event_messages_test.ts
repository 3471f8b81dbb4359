import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { BlockBuilder } from "../../../../dataset/formats/reading/block_builder.ts";
import { FaultCounts } from "../../../../dataset/formats/reading/fault_counts.ts";
import {
  EventMessages,
  sensorIn,
} from "../../../../dataset/formats/ros/event_messages.ts";
import { ros2Bag, rosBag } from "../../../../dataset/formats/ros/ros.ts";
import { fc } from "../../../fixtures/properties.ts";
import { ROOT } from "../../../fixtures/source_files.ts";
import {
  anyRow,
  assertRefused,
  countEvents,
  fileOf,
  readRows,
  type Row,
  rowsOf,
} from "../recordings.ts";
import {
  bag,
  bagRecord,
  bagRecords,
  eventPacket,
  monoWords,
  words16,
} from "./ros_files.ts";

const TYPE = "event_camera_msgs/EventPacket";

/** A bag of EventPackets on one topic. */
function bagOf(...packets: Uint8Array[]) {
  return fileOf(
    bag(bagRecords(packets.map((bytes) => ({
      topic: "/events",
      type: TYPE,
      bytes,
    })))),
  );
}

Deno.test("an EventPacket of ROS 2 has each field where the definition has it", () => {
  const bytes = Uint8Array.of(
    // Little-endian CDR; the header: 2 s, 3 ns, "cam".
    ...[0, 1, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 99, 97, 109, 0],
    // 480 rows, 640 columns, and 8 bytes to come to a multiple of 8.
    ...[0xe0, 1, 0, 0, 0x80, 2, 0, 0],
    // Number 7, time base 2500 ns.
    ...[7, 0, 0, 0, 0, 0, 0, 0, 0xc4, 9, 0, 0, 0, 0, 0, 0],
    // "mono", little-endian, 8 bytes.
    ...[5, 0, 0, 0, 109, 111, 110, 111, 0, 0, 0, 0, 8, 0, 0, 0],
    // 4500 ns, x 639, y 479, ON.
    ...[0x94, 0x11, 0, 0, 0x7f, 2, 0xdf, 0x81],
  );
  const message = {
    topic: "/events",
    type: "event_camera_msgs/msg/EventPacket",
    encoding: "cdr",
    bytes,
    offset: 0,
  } as const;
  assert.deepEqual(sensorIn(message), { width: 640, height: 480 });
  const builder = new BlockBuilder();
  for (
    const _ of new EventMessages(builder, new FaultCounts()).decode(message)
  );
  assert.deepEqual(rowsOf(builder.take()), [[639, 479, 7, 1]]);
});

Deno.test("mono gives what was encoded, in whole µs from the time base on", async () => {
  const row = anyRow({ width: 640, height: 480, time: 2 ** 32 - 1 });
  const packet = fc.record({
    timeBase: fc.bigInt({ min: 0n, max: 2n ** 61n }),
    rows: fc.array(row, { maxLength: 50 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(packet, { minLength: 1, maxLength: 5 }),
      async (packets) => {
        const recording = await rosBag.open(bagOf(
          ...packets.map(({ timeBase, rows }) =>
            eventPacket("ros1", {
              events: "mono",
              words: monoWords(rows),
              timeBase,
            })
          ),
        ));
        const expected = packets.flatMap(({ timeBase, rows }) =>
          rows.map(([x, y, ns, p]): Row => [
            x,
            y,
            Number((timeBase + BigInt(ns)) / 1000n),
            p,
          ])
        );
        assert.deepEqual(recording.sensor, { width: 640, height: 480 });
        assert.deepEqual(await readRows(recording), expected);
      },
    ),
    { seed: 20 },
  );
});

Deno.test("libcaer has x, y, p and the valid bit where they are, and times that wrap", async () => {
  const words = new Uint8Array(
    Uint32Array.of(
      // x 639 at bit 17, y 479 at bit 2, ON at bit 1, valid at bit 0.
      ...[639 * 131072 + 479 * 4 + 3, 0x7fffffff],
      ...[5 * 131072 + 7 * 4 + 1, 2],
      ...[5 * 131072 + 7 * 4 + 2, 3],
      ...[640 * 131072 + 7 * 4 + 1, 3],
    ).buffer,
  );
  const timeBase = 1_700_000_000_000_000_999n;
  const packet = eventPacket("ros1", { events: "libcaer", words, timeBase });
  const recording = await rosBag.open(bagOf(packet));
  assert.deepEqual(await readRows(recording), [
    [639, 479, 1.7e15 + 0x7fffffff, 1],
    [5, 7, 1.7e15 + 2 ** 31 + 2, 0],
  ]);
  assert.deepEqual(
    recording.faults.map(({ problem, count }) => [problem, count]),
    [["events marked as invalid", 1], ["events outside the sensor", 1]],
  );
});

Deno.test("evt3 has each word's fields where the specification has them", async () => {
  const words = [
    // No time yet: column 5, and from column 588 ON on the 1st of twelve. Then
    // 0x123456 µs.
    ...[0x2805, 0x3a4c, 0x4001, 0x8123, 0x6456],
    // Row 479; from column 600 on: the 1st and the 12th; then the 1st and the
    // 8th.
    ...[0x01df, 0x4801, 0x5081],
    // Column 639 ON, column 1 OFF.
    ...[0x2a7f, 0x2001],
    // A trigger, words of other use, an unknown word, a column too many.
    ...[0xa101, 0xe000, 0x7000, 0xf000, 0xd000, 0x2280],
  ];
  const packet = (...words: number[]) =>
    eventPacket("ros1", { events: "evt3", words: words16(...words) });
  const recording = await rosBag.open(bagOf(
    packet(...words),
    // Goes on with the row and the time of the packet before.
    packet(0x2002),
    // Time goes back a little, and then wraps.
    packet(0x8122, 0x2003, 0x8000, 0x6001, 0x2004),
  ));
  const time = 0x123456;
  assert.deepEqual(await readRows(recording), [
    [600, 479, time, 1],
    [611, 479, time, 1],
    [612, 479, time, 1],
    [619, 479, time, 1],
    [639, 479, time, 1],
    [1, 479, time, 0],
    [2, 479, time, 0],
    [3, 479, 0x122456, 0],
    [4, 479, 2 ** 24 + 1, 0],
  ]);
  assert.deepEqual(
    recording.faults.map(({ problem, count }) => [problem, count]),
    [
      ["events before the first time", 2],
      ["words of an unknown type", 1],
      ["events outside the sensor", 1],
    ],
  );
});

Deno.test("packets of more events than a block go on in the next", async () => {
  const events = 140_000;
  const rows = Array.from(
    { length: events },
    (_, i): Row => [i % 640, i % 480, 1000 * i, i % 2],
  );
  const expected = rows.map(([x, y, ns, p]): Row => [x, y, ns / 1000, p]);
  const mono = eventPacket("ros1", { events: "mono", words: monoWords(rows) });
  assert.deepEqual(
    await readRows(await rosBag.open(bagOf(mono))),
    expected,
  );
  const pixels = Array.from(
    { length: events / 7 },
    () => [0x3000, 0x4555, 0x5001],
  );
  const evt3 = eventPacket("ros1", {
    events: "evt3",
    words: words16(0x8000, 0x6000, ...pixels.flat()),
  });
  assert.equal(await countEvents(rosBag, bagOf(evt3)), events);
});

Deno.test("an EventPacket that cannot be read says why", async () => {
  const words = new Uint8Array(8);
  const packets: [Uint8Array, string][] = [
    [
      eventPacket("ros1", { events: "evt2", words }),
      'its events are encoded as "evt2", only evt3, mono and libcaer can be ' +
      "read",
    ],
    [
      eventPacket("ros1", { events: "mono", words, bigEndian: 1 }),
      "its events are big-endian",
    ],
  ];
  for (const [packet, problem] of packets) {
    const file = bagOf(packet);
    const record = { conn: new Uint8Array(4), time: new Uint8Array(8) };
    const offset = file.size - bagRecord(2, record, packet).length -
      bagRecord(4, { ver: new Uint8Array(4) }, new Uint8Array(12)).length;
    await assertRefused(() => countEvents(rosBag, file), {
      problem: `byte ${offset} of ${file.size}: a message on "/events" is ` +
        `damaged: ${problem}`,
      offset,
    });
  }
});

Deno.test("a bag of ROS 2 that was recorded with a camera gives the events that it is known for", async () => {
  const data = join(ROOT, "..", "shared", "data", "formats");
  const path = join(data, "evt3_640x480_ros2.db3");
  if (!existsSync(path)) {
    console.log(`NOT TESTED: there is no ${path}`);
    return;
  }
  const recording = await ros2Bag.open(path);
  assert.deepEqual(recording.sensor, { width: 640, height: 480 });
  assert.equal(recording.topic, "/event_camera/events");
  const polarities = [0, 0];
  let [sum, first, last] = [0n, Infinity, 0];
  for await (const { t, p } of recording.blocks()) {
    for (let i = 0; i < t.length; i++) {
      polarities[p[i]]++;
      sum += BigInt(t[i]);
      first = Math.min(first, t[i]);
      last = Math.max(last, t[i]);
    }
  }
  assert.deepEqual(polarities, [218_291, 125_183]);
  assert.equal(sum, 2_851_601_611_994n);
  assert.deepEqual([first, last], [7_139_845, 9_218_023]);
  assert.deepEqual(recording.faults, []);
});
