import assert from "node:assert/strict";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import type { FileFaults } from "../../../../dataset/formats/reading/format.ts";
import { compressLz4 } from "../../../../dataset/files/compression/lz4.ts";
import { openRecording } from "../../../../dataset/formats/open_recording.ts";
import { openStream } from "../../../../dataset/formats/open_stream.ts";
import { encodeRecording } from "../../../../dataset/formats/writing/encode_recording.ts";
import { temporaryFolder } from "../../../fixtures/temporary_folder.ts";
import { concatBytes, records } from "../aedat_files.ts";
import { aedat3File, packet, polarity } from "../aedat3/aedat3_files.ts";
import {
  eventTable,
  header,
  packet as packet4,
} from "../aedat4/aedat4_files.ts";
import { words } from "../recording_files.ts";
import { readRows, type Row } from "../recordings.ts";
import {
  bag,
  bagChunk,
  bagRecord,
  bagRecords,
  eventArray,
  mcapFile,
  ros2Bag,
} from "../ros/ros_files.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);

const ROWS = Array.from(
  { length: 8 },
  (_, i): Row => [3 * i, 100 - i, 1000 + 70 * i, i % 2],
);

const CSV = `t,x,y,p\n${
  ROWS.map(([x, y, t, p]) => `${t},${x},${y},${p}`).join("\n")
}\n`;

/** The same events in another format. */
async function written(ending: string): Promise<Uint8Array<ArrayBuffer>> {
  const recording = await openRecording(new File([CSV], "a.csv"));
  return concatBytes(
    ...await Array.fromAsync(encodeRecording(recording, `a${ending}`)),
  );
}

/** Reads the first bytes of a file. */
async function readCut(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  end: number,
): Promise<{ readonly rows: Row[]; readonly faults: readonly FileFaults[] }> {
  const recording = await openRecording(new File([bytes.slice(0, end)], name));
  const rows = await readRows(recording);
  // Faults are those of one pass over the file.
  assert.deepEqual(await readRows(recording), rows);
  return { rows, faults: recording.faults };
}

/** Ten events of EVT 2.0, or words of EVT 2.1, after their time. */
const EVT2 = words(4, [
  0x8000_0001n,
  ...Array.from({ length: 9 }, (_, i) => 0x1000_2807n + BigInt(i)),
]);
const PAIRS = ROWS.map(([x, y, t]): [number, number] => [x << 8 | y << 1, t]);

/** Files of records of one size: name, header, records, bytes of a record. */
const RECORDS: readonly [
  name: string,
  header: Uint8Array | string,
  content: Uint8Array,
  bytes: number,
  record?: string,
][] = [
  ["a.aedat", "#!AER-DAT1.0\r\n", records(PAIRS, 6), 6],
  ["a.aedat", "", records(PAIRS, 6), 6],
  ["a.aedat", "#!AER-DAT2.0\r\n", records(PAIRS, 8), 8],
  [
    "a.aedat",
    "#!AER-DAT2.0\r\n# AEChip: Davis346red\r\n",
    records(PAIRS.map(([, time], i) => [i << 12, time]), 8),
    8,
  ],
  ["a.raw", "% evt 2.0\n% end\n", EVT2, 4, "word"],
  [
    "a.raw",
    "% format EVT21;endianness=legacy\n% end\n",
    concatBytes(EVT2, EVT2),
    8,
    "word",
  ],
  ["a.dat", "% Version 2\n\u0000\u0008", concatBytes(EVT2, EVT2), 8],
  [
    "a.es",
    concatBytes("Event Stream", Uint8Array.of(2, 0, 0, 1, 9, 0, 9, 0)),
    Uint8Array.from(ROWS.flatMap((_, i) => [2 * i, i, 0, i, 0])),
    5,
  ],
  ["a.bin", "", await written(".bin"), 5],
  ["a.bs1", "", await written(".bin"), 5],
  [
    "a.bs3",
    "",
    Uint8Array.from(ROWS.flatMap(([x], i) => [x, 0, 0, 0, 0, 0, i])),
    7,
  ],
  [
    "a.bsn",
    "",
    Uint8Array.from(ROWS.flatMap((_, i) => [0, i, 0, 0, i, 0, 1, i, 0, 2])),
    10,
  ],
];

for (const [name, header, content, bytes, record = "event"] of RECORDS) {
  const title = `${name}, ${bytes} bytes a record${
    header ? "" : ", no header"
  }`;

  Deno.test(`${title}: what is before a cut is read, and the cut counted`, async () => {
    const file = concatBytes(header, content);
    const start = file.length - content.length;
    let before: Row[] = [];
    for (let end = start + 4 * bytes; end <= file.length; end++) {
      const left = (end - start) % bytes;
      const { rows, faults } = await readCut(name, file, end);
      if (left === 0) {
        assert(rows.length >= before.length);
        before = rows;
      } else if (before.length > 0) assert.deepEqual(rows, before);
      const problem = `the last ${record}, which is cut off`;
      assert.deepEqual(
        faults,
        left === 0 ? [] : [{ problem, count: 1, offset: end - left }],
      );
    }
    assert(before.length >= 8);
    await assert.rejects(
      () => readCut(name, file, start + bytes - 1),
      { name: "RecordingError" },
    );
  });
}

Deno.test("a recording that is sent and cut off is read up to there", async () => {
  const raw = concatBytes("% evt 2.0\n% end\n", EVT2);
  const aedat = concatBytes("#!AER-DAT2.0\r\n", records(PAIRS, 8));
  for (
    const [bytes, record, left] of [
      [raw, "word", 3],
      [aedat, "event", 7],
    ] as const
  ) {
    const end = bytes.length - 1;
    const pieces = [bytes.slice(0, 21), bytes.slice(21, end)];
    const recording = await openStream("tcp", ReadableStream.from(pieces));
    const { rows, faults } = await readCut("a.raw", bytes, end);
    assert.deepEqual(await readRows(recording), rows);
    assert.deepEqual(recording.faults, faults);
    assert.deepEqual(recording.faults, [{
      problem: `the last ${record}, which is cut off`,
      count: 1,
      offset: end - left,
    }]);
  }
});

Deno.test("text is read up to a line that is cut off", async () => {
  const problem = "the last line, which is cut off";
  const bytes = concatBytes(CSV);
  const last = CSV.lastIndexOf("\n", CSV.length - 2) + 1;
  for (let end = last + 1; end < bytes.length; end++) {
    const { rows, faults } = await readCut("a.csv", bytes, end);
    const isWhole = end === bytes.length - 1;
    assert.deepEqual(rows, isWhole ? ROWS : ROWS.slice(0, -1));
    assert.deepEqual(
      faults,
      isWhole ? [] : [{ problem, count: 1, offset: last }],
    );
  }
  // A time at the end of a line is cut off where it has lost digits.
  for (const names of ["x,y,p,t\n", ""]) {
    const text = names +
      ROWS.map(([x, y, t, p]) => `${x},${y},${p},${t}\n`).join("");
    const { rows, faults } = await readCut(
      "a.csv",
      concatBytes(text),
      text.length - 2,
    );
    assert.deepEqual(rows, ROWS.slice(0, -1));
    assert.deepEqual(faults.map(({ problem }) => problem), [problem]);
  }
  const seconds = "x,y,p,t\n1,2,1,1468939808.25\n3,4,0,1468939808.75";
  for (const digits of [1, 2, 3]) {
    const end = seconds.length - digits;
    const { rows, faults } = await readCut("a.csv", concatBytes(seconds), end);
    // With seven tenths left, the time is not known to be cut.
    assert.equal(rows.length, digits === 1 ? 2 : 1);
    assert.equal(faults.length, digits === 1 ? 0 : 1);
  }
  // An earlier time with all its digits is an event.
  const unsorted = "x,y,p,t\n1,2,1,0.75\n3,4,0,0.25";
  const { rows } = await readCut(
    "a.csv",
    concatBytes(unsorted),
    unsorted.length,
  );
  assert.equal(rows.length, 2);
  const inside = concatBytes(CSV.replace("1210,9,97,1", "1210,9"));
  await assert.rejects(
    () => readCut("a.csv", inside, inside.length),
    /"1210,9" has 2 columns, the lines above have 4$/,
  );
});

Deno.test("a line inside a text that is none is refused after the events above it", async () => {
  const line = "70,5,7,1\n";
  const text = `t,x,y,p\n${line.repeat(8000)}no event\n${line}`;
  const recording = await openRecording(new File([text], "a.csv"));
  const blocks = recording.blocks();
  assert.equal((await blocks.next()).value!.t.length, 8000);
  await assert.rejects(() => blocks.next(), /"no event" is no line of numbers/);
});

/** A NumPy file of eight events. */
function npy(descr: string, { isFortran = false, content }: {
  readonly isFortran?: boolean;
  readonly content: Uint8Array;
}): Uint8Array<ArrayBuffer> {
  const shape = descr.startsWith("[") ? "(8,)" : "(8, 4)";
  const header = `{'descr': ${descr}, 'fortran_order': ${
    isFortran ? "True" : "False"
  }, 'shape': ${shape}, }\n`;
  return concatBytes(
    Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0),
    header,
    content,
  );
}

Deno.test("a NumPy array is read up to its last whole event", async () => {
  const u16 = (values: number[]) =>
    new Uint8Array(Uint16Array.from(values).buffer);
  const fields = "[('x', '<u2'), ('y', '<u2'), ('t', '<u2'), ('p', '<u2')]";
  const rows = u16(ROWS.flat());
  const columns = u16([0, 1, 2, 3].flatMap((i) => ROWS.map((row) => row[i])));
  for (
    const [file, lost] of [
      [npy(fields, { content: rows }), 8],
      [npy("'<u2'", { content: rows }), 8],
      // Of columns one after another the last is cut.
      [npy("'<u2'", { content: columns, isFortran: true }), 2],
    ] as const
  ) {
    const end = file.length - 2 * lost - 1;
    const { rows, faults } = await readCut("a.npy", file, end);
    assert.deepEqual(rows, ROWS.slice(0, 5));
    const problem = "events missing at the end";
    assert.deepEqual(
      faults.map(({ problem, count }) => ({ problem, count })),
      [{ problem, count: 3 }],
    );
    assert(faults[0].offset! <= end);
    await assert.rejects(
      () => readCut("a.npy", file, file.length - columns.length + 1),
      /it is cut off: 63 bytes missing$/,
    );
  }
});

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
