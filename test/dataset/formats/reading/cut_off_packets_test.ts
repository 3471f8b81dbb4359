import assert from "node:assert/strict";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { compressLz4 } from "../../../../dataset/files/compression/lz4.ts";
import { openRecording } from "../../../../dataset/formats/open_recording.ts";
import { temporaryFolder } from "../../../fixtures/temporary_folder.ts";
import { concatBytes } from "../aedat_files.ts";
import { aedat3File, packet, polarity } from "../aedat3/aedat3_files.ts";
import {
  eventTable,
  header,
  packet as packet4,
} from "../aedat4/aedat4_files.ts";
import { readRows } from "../recordings.ts";
import {
  bag,
  bagChunk,
  bagRecord,
  bagRecords,
  eventArray,
  mcapFile,
  ros2Bag,
} from "../ros/ros_files.ts";
import { readCut, ROWS } from "./cut_recordings.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);

/** Reads a file that is cut at some place; the faults without their bytes. */
async function foundIn(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  end: number,
): Promise<[events: number, ...problems: string[]]> {
  const { rows, faults } = await readCut(name, bytes, end);
  assert.deepEqual(rows, ROWS.slice(0, rows.length));
  assert(faults.every(({ offset }) => offset! <= end));
  return [rows.length, ...faults.map(({ problem }) => problem)];
}

/** The same for files that hold the events again and again. */
async function countIn(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  end: number,
): Promise<[events: number, ...problems: string[]]> {
  const { rows, faults } = await readCut(name, bytes, end);
  assert.deepEqual(rows, rows.map((_, i) => ROWS[i % ROWS.length]));
  return [rows.length, ...faults.map(({ problem }) => problem)];
}

const CUT_PACKET = "the last packet, which is cut off";

Deno.test("AEDAT 3.1 is read up to the last whole event", async () => {
  const packets = [ROWS.slice(0, 4), ROWS.slice(4)]
    .map((rows) => packet(rows.map(polarity), { capacity: 6 }));
  const file = aedat3File(...packets);
  const size = packets[0].length;
  const found = (end: number) => foundIn("a.aedat", file, file.length - end);
  assert.deepEqual(await found(0), [8]);
  // Room for events, but none in it.
  assert.deepEqual(await found(9), [8, CUT_PACKET]);
  assert.deepEqual(await found(17), [7, CUT_PACKET]);
  assert.deepEqual(await found(size - 5), [4, CUT_PACKET]);
  assert.deepEqual(await found(size), [4]);
  await assert.rejects(() => found(2 * size - 5), /28 bytes belong here/);
});

Deno.test("AEDAT 4 is read up to the last whole packet", async () => {
  const tables = [ROWS.slice(0, 4), ROWS.slice(4)].map(eventTable);
  const pack: [number, (bytes: Uint8Array) => Uint8Array][] = [
    [0, (bytes) => bytes],
    [1, compressLz4],
    [3, zstdCompressSync],
  ];
  for (const [compression, compress] of pack) {
    const [first, second] = tables.map((table) => packet4(1, compress(table)));
    const head = header({ compression, table: 1n });
    const end = head.length + first.length + second.length;
    const file = concatBytes(
      header({ compression, table: BigInt(end) }),
      ...[first, second, "table"],
    );
    const table = "the table of packets is missing at the end";
    assert.deepEqual(await foundIn("a.aedat4", file, file.length), [8]);
    assert.deepEqual(await foundIn("a.aedat4", file, end), [8]);
    assert.deepEqual(await foundIn("a.aedat4", file, end - 1), [4, CUT_PACKET]);
    const before = end - second.length;
    assert.deepEqual(await foundIn("a.aedat4", file, before), [4, table]);
    const open = concatBytes(header({ compression }), first, second);
    assert.deepEqual(await foundIn("a.aedat4", open, open.length), [8]);
    assert.deepEqual(await foundIn("a.aedat4", open, open.length - 5), [
      4,
      CUT_PACKET,
    ]);
    await assert.rejects(() => readCut("a.aedat4", file, head.length + 20));
  }
});

const NO_INDEX = "the index at the end, which is missing";
const CUT_RECORD = "the last record, which is cut off";
const CUT_CHUNK = "the last chunk, which is cut off";

const messages = (encoding: "ros1" | "cdr") =>
  ROWS.map((row) => ({
    topic: "/dvs",
    type: "dvs_msgs/EventArray",
    bytes: eventArray(encoding, [row]),
  }));

Deno.test("a bag of ROS 1 is read up to the last whole record or chunk", async () => {
  const content = bagRecords(messages("ros1"));
  const size = content.length;
  const plain = bagChunk("none", { packed: content, size });
  const packed = compressLz4(content);
  const chunk = bagChunk("lz4", { packed, size });
  // Without records the index follows the header.
  const count = Uint8Array.of(1, 0, 0, 0);
  const index = bagRecord(4, { ver: count }, new Uint8Array(12)).length;
  for (
    const [records, events, lost] of [
      [[content], 7, CUT_RECORD],
      [[plain], 7, CUT_CHUNK],
      [[chunk, chunk], 8, CUT_CHUNK],
    ] as const
  ) {
    const file = bag(...records);
    const end = file.length - index;
    const all = 8 * records.length;
    const found = async (end: number) => await countIn("a.bag", file, end);
    assert.deepEqual(await found(file.length), [all]);
    assert.deepEqual(await found(file.length - 1), [all, CUT_RECORD]);
    assert.deepEqual(await found(end - 1), [events, lost]);
    assert.deepEqual(await found(end - 60), [events, lost]);
    const [earlier] = await found(end - (records.at(-1)!.length >> 1));
    assert(earlier > 0 && earlier <= events);
  }
  // The head of a chunk claims no bytes until the chunk is complete.
  const open = bagChunk("lz4", { packed: new Uint8Array(), size: 0 });
  const whole = bag(chunk);
  const crashed = concatBytes(whole.subarray(0, -index), open, packed);
  const found = await countIn("a.bag", crashed, crashed.length);
  assert.deepEqual(found, [8, CUT_CHUNK]);
  // An open bag does not say where its index is.
  const start = "#ROSBAG V2.0\n".length + 4 + 4 + "op=.".length + 4 +
    "index_pos=".length;
  const unclosed = whole.slice(0, -index).fill(0, start, start + 8);
  assert.deepEqual(
    await countIn("a.bag", unclosed, unclosed.length),
    [8, NO_INDEX],
  );
});

Deno.test("MCAP is read up to the last whole message or chunk", async () => {
  for (
    const [useChunks, compression, lost, part] of [
      [false, undefined, 0x05, CUT_RECORD],
      [true, undefined, 0x06, CUT_CHUNK],
      [true, "lz4", 0x06, CUT_CHUNK],
    ] as const
  ) {
    const file = await mcapFile([...messages("cdr"), ...messages("cdr")], {
      encoding: "cdr",
      useChunks,
      compression,
      compress: compression && compressLz4,
    });
    const records = mcapRecords(file);
    const { at, end } = records.findLast(({ type }) => type === lost)!;
    const dataEnd = records.find(({ type }) => type === 0x0f)!;
    const found = async (end: number) => await countIn("a.mcap", file, end);
    assert.deepEqual(await found(file.length), [16]);
    assert.deepEqual(await found(dataEnd.at), [16, NO_INDEX]);
    assert.deepEqual(await found(dataEnd.at + 5), [16, CUT_RECORD]);
    const [last, problem] = await found(end - 1);
    assert.equal(problem, part);
    if (compression) assert(last > 0 && last < 16);
    else assert.equal(last, 15);
    const [before, ...problems] = await found(at);
    assert(before > 0 && before <= last);
    assert.deepEqual(problems, [NO_INDEX]);
  }
});

/** Places of the records of an MCAP file that are in no chunk. */
function mcapRecords({ buffer, length }: Uint8Array) {
  const view = new DataView(buffer);
  const records: { type: number; at: number; end: number }[] = [];
  for (let at = 8; at < length - 8;) {
    const end = at + 9 + Number(view.getBigUint64(at + 1, true));
    records.push({ type: view.getUint8(at), at, end });
    at = end;
  }
  return records;
}

Deno.test("a bag of ROS 2 is read up to a page that is missing", async () => {
  const bytes = eventArray("cdr", ROWS);
  const sent = { topic: "/dvs", type: "dvs_msgs/msg/EventArray", bytes };
  const file = await ros2Bag(join(folder.path, "a.db3"), Array(300).fill(sent));
  const recording = await openRecording(
    new File([file.slice(0, file.length / 2)], "a.db3"),
  );
  const { length } = await readRows(recording);
  assert(length > 800 && length < 2400 && length % 8 === 0, `${length}`);
  assert.deepEqual(recording.faults.map(({ problem }) => problem), [
    "the last page, which is cut off",
  ]);
});
