import assert from "node:assert/strict";
import { join } from "node:path";
import { hdf5 } from "../../../../dataset/formats/hdf5/hdf5.ts";
import { OUTSIDE } from "../../../../dataset/formats/reading/fault_counts.ts";
import { fc } from "../../../fixtures/properties.ts";
import { temporaryFolder } from "../../../fixtures/temporary_folder.ts";
import { concatBytes } from "../aedat_files.ts";
import {
  anyRow,
  assertRefused,
  fileOf,
  readRows,
  type Row,
  rowsOf,
} from "../recordings.ts";
import { columnsFile, libraryFile, type Types } from "./hdf5_files.ts";

const HERE = import.meta.dirname!;
const EVENTS = Array.from({ length: 350 }, (_, i): Row => [
  37 * i % 1280,
  11 * i % 720,
  2 ** 40 + 5 * i * i,
  i % 2,
]);

/** A file that make_files.py wrote. */
const read = (name: string) => Deno.readFile(join(HERE, name));

Deno.test("spikes of SHD are read sample by sample", async () => {
  const bytes = await read("spikes.h5");
  assert(hdf5.matches(bytes.subarray(0, 4096)));
  for (const source of [join(HERE, "spikes.h5"), fileOf(bytes)]) {
    const recording = await hdf5.open(source);
    assert.equal(recording.format, "HDF5 (spikes)");
    assert.deepEqual(recording.sensor, { width: 700, height: 1 });
    assert.deepEqual(
      recording.samples.map(({ label }) => label),
      [3, 0, 19],
    );
    const samples = await Promise.all(
      recording.samples.map(async (sample) =>
        (await Array.fromAsync(sample.blocks())).flatMap(rowsOf)
      ),
    );
    const expected: Row[][] = [
      [[0, 0, 0, 1], [350, 0, 250_000, 1], [699, 0, 1_000_000, 1]],
      [],
      [[7, 0, 500_000, 1]],
    ];
    assert.deepEqual(samples, expected);
    assert.deepEqual(await readRows(recording), expected.flat());
    assert.deepEqual(recording.faults, [
      { problem: "spikes of no channel", count: 1, offset: 0 },
    ]);
  }
});

Deno.test("events of Metavision are read, by its own compression and by gzip", async () => {
  for (
    const name of [
      "cd_events_gzip.h5",
      "cd_events_ecf.h5",
      "cd_events_ecf_v108.h5",
    ]
  ) {
    for (const source of [join(HERE, name), fileOf(await read(name))]) {
      const recording = await hdf5.open(source);
      assert.equal(recording.format, "HDF5 (Metavision)");
      assert.deepEqual(recording.sensor, { width: 1280, height: 720 });
      assert.deepEqual(recording.samples, []);
      assert.deepEqual(await readRows(recording), EVENTS, name);
      assert.deepEqual(await readRows(recording), EVENTS);
      assert.deepEqual(recording.faults, []);
    }
  }
});

Deno.test("events of Metavision outside the sensor are left out and counted", async () => {
  for (const name of ["cd_events_gzip.h5", "cd_events_ecf.h5"]) {
    const bytes = await read(name);
    const at = new TextDecoder("latin1").decode(bytes).indexOf("1280x720");
    bytes.set(new TextEncoder().encode("0640x300"), at);
    const recording = await hdf5.open(fileOf(bytes));
    const inside = EVENTS.filter(([x, y]) => x < 640 && y < 300);
    assert.deepEqual(await readRows(recording), inside);
    const [{ problem, count }] = recording.faults;
    assert.equal(problem, OUTSIDE);
    assert.equal(count, EVENTS.length - inside.length);
  }
});

Deno.test("chunks that are listed in a newer way are refused where the filter is Metavision's", async () => {
  const recording = await hdf5.open(join(HERE, "cd_events_ecf_latest.h5"));
  await assert.rejects(
    () => readRows(recording),
    /: byte \d+ of \d+: layout 5\.2 cannot be read with these filters, only 3\.2 /,
  );
});

Deno.test("a chunk of Metavision that is damaged is refused with its byte", async () => {
  const bytes = await read("cd_events_ecf.h5");
  // The head of the first chunk: 4 events, all packed, then the first time.
  const head = [4 << 2 | 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0];
  const at = bytes.findIndex((_, i) =>
    head.every((byte, k) => bytes[i + k] === byte)
  );
  assert(at > 0);
  bytes[at + 3] = 255;
  const blocks = (await hdf5.open(fileOf(bytes))).blocks();
  await assert.rejects(() => blocks.next(), {
    name: "RecordingError",
    message: `Cannot read recording "a": byte ${at} of ${bytes.length}: a ` +
      "chunk is damaged: it claims 1069547524 events",
    offset: at,
  });
});

Deno.test("events in four data sets are read, whatever numbers they are", async () => {
  const row = anyRow({ width: 1280, height: 720, time: 2 ** 31 - 1 });
  const cases = fc.record({
    rows: fc.array(row, { minLength: 1, maxLength: 60 }),
    types: fc.constantFrom<Types>(
      ["<H", "<H", "<q", "<b"],
      ["<i", "<h", "<i", "<B"],
      ["<H", "<H", "<d", "<h"],
    ),
    chunk: fc.constantFrom(undefined, 7),
    suffix: fc.constantFrom("", "s"),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ rows, types, chunk, suffix }) => {
      const bytes = await columnsFile(rows, { types, chunk, suffix });
      const recording = await hdf5.open(fileOf(bytes));
      assert.equal(recording.format, "HDF5 (events)");
      assert.equal(recording.sensor, undefined);
      assert.deepEqual(await readRows(recording), rows);
      assert.deepEqual(recording.faults, []);
    }),
    { seed: 77, numRuns: 30 },
  );
});

Deno.test("t_offset of DSEC is added to all times", async () => {
  const rows: Row[] = [[3, 4, 7, 1], [5, 6, 2 ** 32 - 1, 0]];
  const types = ["<H", "<H", "<I", "<B"] as const;
  const offset = 2 ** 52 - 2 ** 32;
  for (const path of ["t_offset", "events/t_offset"]) {
    const others = { [path]: BigInt(offset), ms_to_idx: [0, 1] };
    const bytes = await columnsFile(rows, { types, others });
    assert.deepEqual(
      await readRows(await hdf5.open(fileOf(bytes))),
      rows.map(([x, y, t, p]) => [x, y, t + offset, p]),
    );
  }
  for (const t_offset of ["later", [1, 2]]) {
    const bytes = await columnsFile(rows, { types, others: { t_offset } });
    await assertRefused(() => hdf5.open(fileOf(bytes)), {
      problem: '"t_offset" is not one number of µs, which times are counted ' +
        "from",
      offset: undefined,
    });
  }
});

Deno.test("HDF5 after a block of a user's bytes is read, in chunks or not", async () => {
  const types = ["<H", "<H", "<q", "<B"] as const;
  for (const chunk of [undefined, 100]) {
    const bytes = await columnsFile(EVENTS, { types, chunk });
    const file = concatBytes(new Uint8Array(512).fill(7), bytes);
    assert(hdf5.matches(file.subarray(0, 4096)));
    assert.deepEqual(await readRows(await hdf5.open(fileOf(file))), EVENTS);
  }
});

Deno.test("events in four data sets may be big-endian, and polarities truth values", async () => {
  const path = join(HERE, "events_big_endian.h5");
  const rows = await readRows(await hdf5.open(path));
  assert.deepEqual(rows, EVENTS.slice(0, 20));
});

Deno.test("events in HDF5 go on over blocks, from a file that is read in parts", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "a.h5");
  const rows = Array.from(
    { length: 150_000 },
    (_, i): Row => [i % 640, i % 480, 3 * i, i % 2],
  );
  const types = ["<H", "<H", "<q", "<b"] as const;
  await Deno.writeFile(path, await columnsFile(rows, { types, chunk: 4096 }));
  assert.deepEqual(await readRows(await hdf5.open(path)), rows);
});

Deno.test("a list whose heap has an object without a length is refused at once", async () => {
  const bytes = await read("spikes.h5");
  const at = new TextDecoder("latin1").decode(bytes).indexOf("GCOL");
  // The first object, 16 bytes on: number 0, no length.
  bytes.fill(0, at + 16, at + 32);
  const { samples: [sample] } = await hdf5.open(fileOf(bytes));
  await assert.rejects(() => sample.blocks().next(), {
    name: "RecordingError",
  });
});

Deno.test("what is no recording in HDF5 is refused", async () => {
  const other = await libraryFile((file) => {
    file.create_dataset({ name: "x", data: [1, 2] });
  });
  const cases: [Uint8Array<ArrayBuffer>, string][] = [
    [new Uint8Array(), "it is empty"],
    [new Uint8Array(5000), "it is no sound HDF5 file"],
    [(await read("spikes.h5")).subarray(0, 900), "it is no sound HDF5 file"],
    [
      other,
      "it is HDF5 without spikes/times and spikes/units, CD/events or " +
      "events/x, y, p and t",
    ],
  ];
  for (const [bytes, problem] of cases) {
    await assert.rejects(() => hdf5.open(fileOf(bytes)), {
      name: "RecordingError",
      message: `Cannot read recording "a": ${problem}`,
    });
  }
  await assert.rejects(() => hdf5.open(HERE), /: it is a folder$/);
});
