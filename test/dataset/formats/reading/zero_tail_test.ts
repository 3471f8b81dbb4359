import assert from "node:assert/strict";
import { DVS128 } from "../../../../dataset/events.ts";
import { inspectAedat } from "../../../../dataset/formats/aedat2/aedat.ts";
import { readNmnist } from "../../../../dataset/formats/nmnist.ts";
import { readNpy } from "../../../../dataset/formats/npy.ts";
import { openStream } from "../../../../dataset/formats/open_stream.ts";
import { fc } from "../../../fixtures/properties.ts";
import { concatBytes, records } from "../aedat_files.ts";
import { words } from "../recording_files.ts";
import { readRows } from "../recordings.ts";
import { readCut, ROWS, written } from "./cut_recordings.ts";

const PROBLEM = "zero bytes at the end, which are left out";
const AEDAT = "#!AER-DAT2.0\r\n";
const PAIRS = ROWS.map(([x, y, t]): [number, number] => [x << 8 | y << 1, t]);
const EVT2 = words(4, [
  0x8000_0001n,
  ...Array.from({ length: 9 }, (_, i) => 0x1000_2807n + BigInt(i)),
]);

/** Reads a file and finds its faults. */
function read(name: string, ...parts: (Uint8Array | string)[]) {
  const file = concatBytes(...parts);
  return readCut(name, file, file.length);
}

/** The fault of zeros from a byte on. */
function zerosFrom(offset: number, count: number) {
  return [{ problem: PROBLEM, count, offset }];
}

/** A NumPy file with fields x, y, t and p of 16 bits. */
function npy(rows: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> {
  const fields = "[('x', '<u2'), ('y', '<u2'), ('t', '<u2'), ('p', '|u1'), " +
    "('q', '|V1')]";
  const header =
    `{'descr': ${fields}, 'fortran_order': False, 'shape': (${rows.length},), }\n`;
  return concatBytes(
    Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0),
    header,
    new Uint8Array(Uint16Array.from(rows.flat()).buffer),
  );
}

/** Files in which zeros would be events. */
const FILES: readonly [name: string, file: Uint8Array<ArrayBuffer>][] = [
  ["a.aedat", concatBytes("#!AER-DAT1.0\r\n", records(PAIRS, 6))],
  ["a.aedat", concatBytes(AEDAT, records(PAIRS, 8))],
  [
    "a.aedat",
    concatBytes(
      "#!AER-DAT2.0\r\n# AEChip: Davis346red\r\n",
      records(PAIRS.map(([, time], i) => [i << 12, time]), 8),
    ),
  ],
  ["a.raw", concatBytes("% evt 2.0\n% end\n", EVT2)],
  [
    "a.dat",
    concatBytes(
      "% Version 2\n\u0000\u0008",
      words(8, [0x1001_4005_0000_03e9n, 0x1001_4005_0000_04ffn]),
    ),
  ],
  [
    "a.es",
    concatBytes(
      "Event Stream",
      Uint8Array.of(2, 0, 0, 1, 9, 0, 9, 0),
      Uint8Array.from(ROWS.flatMap((_, i) => [2 * i, i, 0, i, 0])),
    ),
  ],
  ["a.bin", await written(".bin")],
  ["a.bs2", await written(".bs2")],
  ["a.bs3", await written(".bs3")],
];

for (const [name, file] of FILES) {
  Deno.test(`${name} of ${file.length} bytes: zeros at the end are no events, and counted`, async () => {
    const { rows, faults } = await read(name, file);
    assert(rows.length > 1);
    assert.deepEqual(faults, []);
    for (const count of [4096, 2 ** 20 + 3]) {
      const padded = await read(name, file, new Uint8Array(count));
      assert.deepEqual(padded.rows, rows);
      assert.deepEqual(padded.faults, zerosFrom(file.length, count));
    }
    const later = await read(name, file, new Uint8Array(840), file.slice(-8));
    assert(later.faults.every(({ problem }) => problem !== PROBLEM));
  });
}

Deno.test("zeros at the end of a NumPy array are no events", async () => {
  const rows = ROWS.map((row) => [...row]);
  const zeros = Array.from({ length: 500 }, () => [0, 0, 0, 0]);
  const file = npy([...rows, ...zeros]);
  const start = file.length - 508 * 8;
  const found = await read("a.npy", file);
  assert.deepEqual(found.rows, ROWS);
  assert.deepEqual(found.faults, zerosFrom(start + 64, 4000));
  const one = await read("a.npy", npy([...rows, [0, 0, 0, 0]]));
  assert.deepEqual([one.rows.length, one.faults], [9, []]);
  await assert.rejects(
    () => readNpy(new File([file], "a_00.npy"), DVS128),
    {
      name: "DatasetError",
      message: `Cannot use "a_00.npy": byte ${start + 64} of ` +
        `${file.length}: only zeros follow`,
    },
  );
});

Deno.test("an N-MNIST digit that ends in zeros is refused", async () => {
  const digit = Uint8Array.of(33, 2, 0x80, 1, 0, 3, 3, 0, 2, 7);
  const padded = new File([digit, new Uint8Array(15)], "1.bs2");
  await assert.rejects(() => readNmnist(padded), {
    name: "RecordingError",
    message: 'Cannot read recording "1.bs2": byte 10 of 25: only zeros follow',
  });
  const { t } = await readNmnist(new File([digit, new Uint8Array(5)], "1.bs2"));
  assert.deepEqual([...t], [256, 519, 0]);
});

Deno.test("events of pixel (0, 0) at time 0 are kept at the start and where nothing was later", async () => {
  const start: [number, number][] = [[0, 0], [0, 0], [0x502, 0], [0, 0]];
  const found = await read("a.aedat", AEDAT, records(start, 8));
  assert.deepEqual([found.rows.length, found.faults], [4, []]);
  const single = await read("a.aedat", AEDAT, records([[0, 0]], 8));
  assert.deepEqual([single.rows.length, single.faults], [1, []]);
  const first = await read("a.aedat", AEDAT, records([...start, [1, 9]], 8));
  assert.deepEqual([first.rows.length, first.faults], [5, []]);
});

Deno.test("one record of zeros is left out where its time would step back", async () => {
  const { rows, faults } = await read(
    "a.aedat",
    AEDAT,
    records(PAIRS, 8),
    new Uint8Array(8),
  );
  assert.equal(rows.length, 8);
  assert.deepEqual(faults, zerosFrom(AEDAT.length + 64, 8));
});

Deno.test("an event that the zeros begin in is left out if its time steps back", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 16, max: 64 }), async (end) => {
      const times = [0x0123_4567, 0x0123_4598];
      const pairs = PAIRS.map(([address], i): [number, number] => [
        address + 1,
        times[0] + i * (times[1] - times[0]),
      ]);
      const bytes = records(pairs, 8).fill(0, end);
      const file = concatBytes(AEDAT, bytes, new Uint8Array(4096));
      const { rows, faults } = await read("a.aedat", file);
      const whole = Math.floor(end / 8);
      assert.deepEqual(
        rows.slice(0, whole).map(([, , t]) => t),
        pairs.slice(0, whole).map(([, t]) => t),
      );
      assert(rows.length <= whole + 1);
      assert(rows.every(([, , t], i) => i === 0 || t >= rows[i - 1][2]));
      const offset = AEDAT.length + 8 * rows.length;
      assert.deepEqual(faults, zerosFrom(offset, file.length - offset));
    }),
  );
});

Deno.test("a recording of nothing but zeros is refused", async () => {
  await assert.rejects(
    () => read("a.aedat", AEDAT, new Uint8Array(4096)),
    /^RecordingError: Cannot read recording "a.aedat": byte 14 of 4110: only zeros follow$/,
  );
});

Deno.test("zeros do not lengthen a recording, and inspectAedat() counts them", async () => {
  const file = concatBytes(AEDAT, records(PAIRS, 8), new Uint8Array(100_000));
  const { events, durationUs, faults } = await inspectAedat(new Blob([file]));
  assert.deepEqual([events, durationUs], [8, 490]);
  assert.deepEqual(faults, zerosFrom(AEDAT.length + 64, 100_000));
});

Deno.test("words of zeros without events are no fault", async () => {
  const evt3 = await written(".raw");
  const { rows, faults } = await read("a.raw", evt3, new Uint8Array(4096));
  assert.deepEqual([rows, faults], [ROWS, []]);
});

Deno.test("a stream that ends in zeros gives the events before them", async () => {
  const raw = concatBytes("% evt 2.0\n% end\n", EVT2);
  const aedat = concatBytes(AEDAT, records(PAIRS, 8));
  for (const [name, bytes] of [["a.raw", raw], ["a.aedat", aedat]] as const) {
    const { rows } = await read(name, bytes);
    const file = concatBytes(bytes, new Uint8Array(1001));
    for (const size of [1, 7, 64, 5000]) {
      const pieces = Array.from(
        { length: Math.ceil(file.length / size) },
        (_, i) => file.slice(i * size, (i + 1) * size),
      );
      const recording = await openStream("tcp", ReadableStream.from(pieces));
      assert.deepEqual(await readRows(recording), rows);
      assert.deepEqual(recording.faults, zerosFrom(bytes.length, 1001));
    }
  }
});

Deno.test("a stream keeps records of zeros that others follow", async () => {
  const times = [5, 0, 0, 9, 0, 0, 0];
  const pairs = times.map((t): [number, number] => [t && 0x502, t && t + 256]);
  for (const last of [3, 4]) {
    const file = concatBytes(AEDAT, records(pairs.slice(0, last), 8));
    for (const size of [1, 5, 8, 31]) {
      const pieces = Array.from(
        { length: Math.ceil(file.length / size) },
        (_, i) => file.slice(i * size, (i + 1) * size),
      );
      const recording = await openStream("tcp", ReadableStream.from(pieces));
      const rows = await readRows(recording);
      assert.equal(rows.length, last === 4 ? 4 : 1);
    }
  }
});

Deno.test("a stream gives an event whose last byte is 0 when it arrives", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(
    undefined,
    { highWaterMark: 9 },
    { highWaterMark: 9 },
  );
  const writer = writable.getWriter();
  await writer.write(concatBytes(AEDAT, records([[0x502, 256]], 8)));
  const recording = await openStream("tcp", readable);
  const blocks = recording.blocks();
  assert.deepEqual((await blocks.next()).value!.t.length, 1);
  await writer.write(records([[0x502, 512]], 8));
  assert.deepEqual((await blocks.next()).value!.t[0], 512);
  await writer.close();
  assert((await blocks.next()).done);
});
