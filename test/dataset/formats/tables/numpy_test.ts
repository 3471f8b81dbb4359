import assert from "node:assert/strict";
import { crc32, deflateRawSync } from "node:zlib";
import { join } from "node:path";
import type { RecordingFormat } from "../../../../dataset/formats/reading/format.ts";
import {
  NPY_TABLE,
  NPZ_TABLE,
} from "../../../../dataset/formats/tables/numpy.ts";
import { temporaryFolder } from "../../../fixtures/temporary_folder.ts";
import { concatBytes } from "../aedat_files.ts";
import { fileOf, refused, type Row, rowsOf } from "../recording_files.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);

const ROWS: Row[] = [[5, 700, 2 ** 33 + 1, 1], [1, 0, 2 ** 40, 0]];

/** A NumPy file from its specification. */
function npy(
  header: string,
  bytes: Uint8Array | number[],
  version = 1,
): Uint8Array<ArrayBuffer> {
  const size = version === 1 ? 2 : 4;
  const length = Array.from(
    { length: size },
    (_, i) => Math.floor(header.length / 256 ** i) % 256,
  );
  return concatBytes(
    Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0, ...length),
    header,
    Uint8Array.from(bytes),
  );
}

/** An archive from its specification, each file deflated or not. */
function zip(files: Record<string, Uint8Array>, deflate: boolean): File {
  const parts: Uint8Array[] = [];
  const list: Uint8Array[] = [];
  let at = 0;
  const numbers = (...sized: (readonly [size: 2 | 4, value: number])[]) => {
    const bytes = sized.flatMap(([size, value]) =>
      Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** i) % 256)
    );
    return Uint8Array.from(bytes);
  };
  for (const [name, content] of Object.entries(files)) {
    const packed = deflate ? deflateRawSync(content) : content;
    const same = numbers(
      ...[[2, 20], [2, 0], [2, deflate ? 8 : 0], [2, 0], [2, 0]] as const,
      ...[[4, crc32(content)], [4, packed.length]] as const,
      ...[[4, content.length]] as const,
      ...[[2, name.length]] as const,
    );
    const local = concatBytes(
      "PK\u0003\u0004",
      same,
      numbers([2, 3]),
      name,
      "abc",
      packed,
    );
    list.push(concatBytes(
      ...["PK\u0001\u0002", numbers([2, 20]), same, numbers([2, 0], [2, 0])],
      ...[numbers([2, 0], [2, 0], [4, 0], [4, at]), name],
    ));
    parts.push(local);
    at += local.length;
  }
  const entries = concatBytes(...list);
  const count = list.length;
  return fileOf(
    ...parts,
    entries,
    "PK\u0005\u0006",
    numbers([2, 0], [2, 0], [2, count], [2, count], [4, entries.length], [
      4,
      at,
    ], [2, 4]),
    "note",
  );
}

const FIELDS = "[('x', '<u2'), ('y', '>u2'), ('t', '<i8'), ('pad', '|V3'), " +
  "('p', '|b1')]";
const structured = npy(
  `{'descr': ${FIELDS}, 'fortran_order': False, 'shape': (2,), }\n`,
  [
    ...[5, 0, 2, 188, 1, 0, 0, 0, 2, 0, 0, 0, 7, 7, 7, 1],
    ...[1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 7, 7, 7, 0],
  ],
);

Deno.test("NumPy: a structured array is read by the names of its fields", async () => {
  for (const file of [fileOf(structured), fileOf(structured)]) {
    assert(NPY_TABLE.matches(structured));
    const recording = await NPY_TABLE.open(file);
    assert.deepEqual(await rowsOf(recording), ROWS);
    assert.equal(
      recording.format,
      "NumPy, columns x y t p, time in µs, as guessed",
    );
  }
});

Deno.test("NumPy: a plain array has four columns in any order, along any axis", async () => {
  const values = [[1.5, 5, 700, 1], [2.25, 1, 0, -1]];
  const rows: Row[] = [[5, 700, 1_500_000, 1], [1, 0, 2_250_000, 0]];
  const across = new Uint8Array(Float64Array.from(values.flat()).buffer);
  const down = new Uint8Array(
    Float64Array.from([0, 1, 2, 3].flatMap((i) => values.map((row) => row[i])))
      .buffer,
  );
  const header = (order: string, shape: string) =>
    `{'descr': '<f8', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;
  for (
    const file of [
      npy(header("False", "(2, 4)"), across),
      npy(header("True", "(2, 4)"), down),
      npy(header("False", "(4, 2)"), down, 2),
      npy(header("True", "(4, 2)"), across, 3),
    ]
  ) {
    const recording = await NPY_TABLE.open(fileOf(file));
    assert.deepEqual(await rowsOf(recording), rows);
    assert.equal(
      recording.format,
      "NumPy, columns t x y p as guessed, time in s, as guessed",
    );
  }
});

Deno.test("NumPy: an archive has a column an array, or one table", async () => {
  const column = (type: string, bytes: number[]) =>
    npy(
      `{'descr': '${type}', 'fortran_order': False, 'shape': (2,), }\n`,
      bytes,
    );
  const columns = {
    "label.npy": npy(
      "{'descr': '|O', 'fortran_order': False, 'shape': (), }\n",
      [],
    ),
    "p.npy": column("|i1", [1, 255]),
    "x.npy": column("<u2", [5, 0, 1, 0]),
    "y.npy": column(">u4", [0, 0, 2, 188, 0, 0, 0, 0]),
    "t_ms.npy": column("<f4", [0, 0, 128, 63, 0, 0, 0, 64]),
    "read.me": new Uint8Array(3),
  };
  for (const deflate of [false, true]) {
    const file = zip(columns, deflate);
    assert(NPZ_TABLE.matches(new Uint8Array(await file.arrayBuffer())));
    const recording = await NPZ_TABLE.open(file);
    assert.deepEqual(await rowsOf(recording), [[5, 700, 1000, 1], [
      1,
      0,
      2000,
      0,
    ]]);
    assert.equal(
      recording.format,
      "NumPy archive, columns p x y t, time in ms",
    );
    const table = await NPZ_TABLE.open(
      zip({ "events.npy": structured }, deflate),
    );
    assert.deepEqual(await rowsOf(table), ROWS);
  }
});

Deno.test("NumPy: fields or arrays of a sensor in one row have no y", async () => {
  const array = (descr: string, bytes: number[]) =>
    npy(
      `{'descr': ${descr}, 'fortran_order': False, 'shape': (2,), }\n`,
      bytes,
    );
  const read = async (file: File, format: RecordingFormat) => {
    const recording = await format.open(file);
    return [recording.format, await rowsOf(recording)];
  };
  assert.deepEqual(
    await read(
      fileOf(array("[('t', '|u1'), ('x', '<u2')]", [7, 188, 2, 9, 1, 0])),
      NPY_TABLE,
    ),
    ["NumPy, columns t x, time in µs, as guessed", [
      [700, 0, 7, 1],
      [1, 0, 9, 1],
    ]],
  );
  assert.deepEqual(
    await read(
      zip({
        "times.npy": array("'|u1'", [7, 9]),
        "units.npy": array("'<i2'", [188, 2, 1, 0]),
        "p.npy": array("'|i1'", [255, 1]),
        "speaker.npy": array("'|u1'", [3, 3]),
      }, true),
      NPZ_TABLE,
    ),
    ["NumPy archive, columns t x p, time in µs, as guessed", [
      [700, 0, 7, 0],
      [1, 0, 9, 1],
    ]],
  );
  await assert.rejects(
    () =>
      NPY_TABLE.open(
        fileOf(array("[('t', '|u1'), ('x', '|u1'), ('row', '|u1')]", [])),
      ),
    /expected fields or arrays x, y, t and p/,
  );
});

Deno.test("NumPy: events between pixels are rounded down, and counted", async () => {
  const values = Float32Array.of(...[1.5, 2, 7, 1, 3, 4, 8, 0, 5, 6.25, 9, 1]);
  const fields = "[('x', '<f4'), ('y', '<f4'), ('t', '<f4'), ('p', '<f4')]";
  const file = npy(
    `{'descr': ${fields}, 'fortran_order': False, 'shape': (3,), }\n`,
    new Uint8Array(values.buffer),
  );
  const recording = await NPY_TABLE.open(fileOf(file));
  assert.deepEqual(await rowsOf(recording), [
    [1, 2, 7, 1],
    [3, 4, 8, 0],
    [5, 6, 9, 1],
  ]);
  assert.deepEqual(recording.faults, [{
    problem: "fractions of x or y, which are rounded down",
    count: 2,
    offset: file.length - values.byteLength,
  }]);
});

Deno.test("NumPy: events of no pixel and no time are counted", async () => {
  const file = npy(
    "{'descr': '<f8', 'fortran_order': False, 'shape': (4, 4), }\n",
    new Uint8Array(
      Float64Array.of(
        ...[10, 1, 2, 1, 20, 65536, 2, 1],
        ...[30, 1, 2, 0, Infinity, 1, 2, 0],
      ).buffer,
    ),
  );
  const recording = await NPY_TABLE.open(fileOf(file));
  assert.deepEqual(await rowsOf(recording), [[1, 2, 10, 1], [1, 2, 30, 0]]);
  const offset = file.length;
  assert.deepEqual(recording.faults, [
    { problem: "events outside the sensor", count: 1, offset: offset - 96 },
    { problem: "events without a time", count: 1, offset: offset - 32 },
  ]);
});

Deno.test("NumPy refuses arrays that are no events, or are not there", async () => {
  const expected = "expected fields or arrays x, y, t and p, or x and t of a " +
    "sensor in one row, or one array of four columns, or of three without y";
  const header = (descr: string, shape: string) =>
    npy(
      `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }\n`,
      [],
    );
  await refused(
    NPY_TABLE,
    fileOf(header("'<i4'", "(2, 5)")),
    `it holds an array of type "<i4", shape [2,5], ${expected}`,
  );
  await refused(
    NPY_TABLE,
    fileOf(header("'<i4'", "(1000000000000, 4)")),
    "it is cut off: 16000000000000 bytes missing",
  );
  await refused(
    NPZ_TABLE,
    zip({ "a.npy": header("'<i4'", "(2, 5)") }, true),
    `it holds "a" of type "<i4", shape [2,5], ${expected}`,
  );
  await refused(
    NPZ_TABLE,
    zip({ "a.npy": concatBytes(structured, "more") }, false),
    "it has 4 bytes after its arrays",
  );
  await refused(NPZ_TABLE, zip({}, true), `it holds no array, ${expected}`);
  await refused(
    NPZ_TABLE,
    fileOf("PK\u0003\u0004", new Uint8Array(40)),
    "it has no list of files at its end, as whole ZIP archives do",
  );
});

Deno.test("NumPy's own files are read, over more than one buffer", async () => {
  const script = `
import numpy as np, sys
n = 200000
i = np.arange(n)
x, y, t, p = (i % 346).astype("u2"), (i % 260).astype("u2"), 7 * i, i % 2 == 1
a = np.zeros(n, dtype=[("t", "<i8"), ("x", "<u2"), ("y", "<u2"), ("p", "?")])
a["x"], a["y"], a["t"], a["p"] = x, y, t, p
np.save("a.npy", a)
np.save("b.npy", np.stack([x, y, t, p], axis=1).astype("f8"))
np.save("c.npy", np.asfortranarray(np.stack([t, x, y, p], axis=1)))
np.savez("d.npz", x=x, y=y, t=t, p=p)
np.savez_compressed("e.npz", events=a)
`;
  const { success, stderr } = await new Deno.Command("/usr/bin/python3", {
    args: ["-c", script],
    cwd: folder.path,
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  for (const name of ["a.npy", "b.npy", "c.npy", "d.npz", "e.npz"]) {
    const format = name.endsWith("y") ? NPY_TABLE : NPZ_TABLE;
    const recording = await format.open(join(folder.path, name));
    let count = 0;
    for await (const { x, y, t, p } of recording.blocks()) {
      for (let i = 0; i < t.length; i++, count++) {
        const row = [x[i], y[i], t[i], p[i]];
        const wanted = [count % 346, count % 260, 7 * count, count % 2];
        if (`${row}` !== `${wanted}`) assert.deepEqual(row, wanted, name);
      }
    }
    assert.equal(count, 200_000, name);
    assert.deepEqual(recording.faults, []);
  }
});
