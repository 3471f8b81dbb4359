import assert from "node:assert/strict";
import { openRecording } from "../../../../dataset/formats/open_recording.ts";
import { openStream } from "../../../../dataset/formats/open_stream.ts";
import { concatBytes, records } from "../aedat_files.ts";
import { words } from "../recording_files.ts";
import { readRows, type Row } from "../recordings.ts";
import { CSV, readCut, ROWS, written } from "./cut_recordings.ts";

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
  // A pixel at the end of a line is cut off where it has a fraction.
  for (const names of ["t p x y\n", ""]) {
    const text = `${names}1000 1 5e0 7e0\n2500 0 6e0 1.2e1`;
    const end = text.length - 2;
    const { rows, faults } = await readCut("a.txt", concatBytes(text), end);
    assert.deepEqual(rows, [[5, 7, 1000, 1]]);
    assert.deepEqual(faults.map(({ problem }) => problem), [problem]);
  }
  // A field at the end of a line is cut off where those of all lines above,
  // if they are many, are wider.
  for (const lines of [99, 100]) {
    const line = "1000 1 5 1.000000000000000000e+01\n";
    const text = `t p x y\n${line.repeat(lines + 1)}`;
    const end = text.length - 6;
    const { rows, faults } = await readCut("a.txt", concatBytes(text), end);
    assert.equal(rows.length, 100);
    assert.equal(faults.length, lines === 99 ? 0 : 1);
  }
  // Inside the first line two numbers are left, neither sensor nor event.
  for (const end of [4, 6, 8]) {
    await assert.rejects(
      () => readCut("a.txt", concatBytes("0.25 7 5 1"), end),
      /its columns cannot be told apart|it has no line of numbers/,
    );
  }
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
