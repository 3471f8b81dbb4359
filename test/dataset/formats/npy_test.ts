import assert from "node:assert/strict";
import { join } from "node:path";
import { DatasetError } from "../../../dataset/files/errors.ts";
import { DVS128 } from "../../../dataset/events.ts";
import { readNpy } from "../../../dataset/formats/npy.ts";
import { sliceRecordings } from "../../../dataset/slicing/slice.ts";
import { openStore } from "../../../dataset/store/store.ts";
import { concatBytes } from "./aedat_files.ts";
import {
  readTree,
  rows,
  withFolder,
  writeData,
} from "../slicing/slice_data.ts";

const PACKED = "[('x', '<i2'), ('y', '<i2'), ('t', '<i8'), ('p', '|b1')]";

/** A NumPy file of version 1, with this header and these bytes. */
function npy(descr: string, shape: string, data: ArrayLike<number>) {
  const header =
    `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }\n`;
  return concatBytes(
    Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0),
    Uint8Array.of(header.length & 255, header.length >> 8),
    header,
    Uint8Array.from(data),
  );
}

/** Events as NumPy packs them: x, y in 2 bytes each, t in 8, p in 1. */
function pack(events: readonly (readonly number[])[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(13 * events.length));
  events.forEach(([x, y, t, p], i) => {
    view.setInt16(13 * i, x, true);
    view.setInt16(13 * i + 2, y, true);
    view.setBigInt64(13 * i + 4, BigInt(t), true);
    view.setUint8(13 * i + 12, p);
  });
  return new Uint8Array(view.buffer);
}

/** Reads a file of these bytes. */
function read(bytes: Uint8Array): Promise<number[][]> {
  return withFolder(async (folder) => {
    const path = join(folder, "slice.npy");
    await Deno.writeFile(path, bytes);
    return rows(await readNpy(path, DVS128));
  });
}

const EVENTS = [[1, 5, 2 ** 31 + 5, 1], [127, 0, 2 ** 32 - 1, 0]];

Deno.test("readNpy() reads the events that NumPy packs", async () => {
  assert.deepEqual(await read(npy(PACKED, "(2,)", pack(EVENTS))), EVENTS);
  assert.deepEqual(await read(npy(PACKED, "(0,)", [])), []);
});

Deno.test("readNpy() finds fields in any order, with gaps", async () => {
  const descr = "[('p', '|u1'), ('', '|V3'), ('t', '<u4'), ('y', '|i1'), " +
    "('x', '<u2'), ('', '|V1')]";
  const bytes = [1, 9, 9, 9, 5, 0, 0, 0x80, 7, 100, 0, 9];
  assert.deepEqual(await read(npy(descr, "(1,)", bytes)), [
    [100, 7, 2 ** 31 + 5, 1],
  ]);
});

Deno.test("readNpy() reads big-endian fields, and more events than it decodes at once", async () => {
  const events = Array.from(
    { length: 9000 },
    (_, i) => [i % 128, i % 100, 7 * i, i % 2],
  );
  assert.deepEqual(
    await read(npy(PACKED, "(9000,)", pack(events))),
    events,
  );
  const bad = pack(events.with(8999, [0, 100, 128, 1])).fill(0x80, -12, -10);
  await assert.rejects(read(npy(PACKED, "(9000,)", bad)), /event 8999 has x/);
  const descr = "[('x', '>i2'), ('y', '>u2'), ('t', '>u4'), ('p', '|b1')]";
  const bytes = [0, 100, 0, 7, 0, 0, 1, 2, 1];
  assert.deepEqual(await read(npy(descr, "(1,)", bytes)), [[100, 7, 258, 1]]);
});

Deno.test("readNpy() refuses files that are no slice of this sensor", async () => {
  const broken: [Uint8Array, RegExp][] = [
    [new Uint8Array(), /it is no NumPy file$/],
    [npy("'<f8'", "(1,)", [0, 0, 0, 0, 0, 0, 0, 0]), /no one-dimensional/],
    [npy(PACKED, "(1, 1)", pack([[1, 1, 1, 1]])), /no one-dimensional/],
    [npy(PACKED, "(3,)", pack(EVENTS)), /3 events of 13 bytes after byte/],
    [npy(PACKED.replace("'p'", "'q'"), "(2,)", pack(EVENTS)), /no field p/],
    [npy("['x', 5]", "(1,)", pack(EVENTS)), /no field x/],
    [npy(PACKED.replace("<i8", "constructor"), "(1,)", []), /no field t/],
    [npy(`${PACKED.slice(0, -1)}, ('q', 'at')]`, "(1,)", []), /its fields are/],
    [npy(`${PACKED.slice(0, -1)}, ('q', '<i2', (2,))]`, "(1,)", []), /fields/],
    [npy(PACKED.replace("<i8", "<f8"), "(2,)", pack(EVENTS)), /no field t/],
    [npy(PACKED, "(1,)", pack([[128, 0, 0, 0]])), /event 0 has x 128/],
    [npy(PACKED, "(1,)", pack([[0, -1, 0, 0]])), /event 0 has y -1/],
    [npy(PACKED, "(1,)", pack([[0, 0, -1, 0]])), /event 0 has t -1/],
    [npy(PACKED, "(1,)", pack([[0, 0, 2 ** 32, 0]])), /has t 4294967296/],
    [npy(PACKED, "(1,)", pack([[0, 0, 0, 2]])), /event 0 has p 2/],
  ];
  for (const [bytes, problem] of broken) {
    await assert.rejects(
      read(bytes),
      (error) => error instanceof DatasetError && problem.test(error.message),
      String(problem),
    );
  }
});

/** A NumPy file of version 2, whose header may have more than 64 KiB. */
function wideNpy(header: string): Uint8Array {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, header.length, true);
  return concatBytes(
    Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 2, 0),
    length,
    header,
  );
}

Deno.test("readNpy() refuses a header of any size at once", async () => {
  const repeated = (text: string, bytes: number) =>
    text.repeat(bytes / text.length);
  const pieces = ["('a', '", "'descr': [", ", ", "[", "'", "{'shape': "];
  const start = performance.now();
  for (const piece of pieces) {
    await assert.rejects(
      read(wideNpy(repeated(piece, 1_200_000))),
      /it has a header of 1\d+ bytes, at most 65536 are read$/,
    );
    const longest = `{'descr': [${repeated(piece, 65_000)}], 'shape': (1,)}`;
    await assert.rejects(read(wideNpy(longest)), DatasetError);
  }
  assert(performance.now() - start < 5000);
});

/** Writes two slices, and gives the options to make a store of them. */
async function writeSlices(folder: string) {
  const { list, classes, out } = await writeData(folder, {
    user25_imse: { pairs: [], tags: [[0, 1], [1, 2]] },
  });
  const slices = [EVENTS, [[3, 4, 7, 1], [5, 6, 5, 0], [7, 8, 9, 1]]];
  for (const [label, events] of slices.entries()) {
    await Deno.writeFile(
      join(folder, `user25_imse_0${label}.npy`),
      npy(PACKED, `(${events.length},)`, pack(events)),
    );
  }
  return { slices, options: { slices: folder, list, classes, out } };
}

Deno.test("slicing imports slices that NumPy wrote", async () => {
  await withFolder(async (folder) => {
    const { slices, options } = await writeSlices(folder);
    const { recordings } = await sliceRecordings(options);
    assert.equal(recordings[0].events, 5);
    assert.deepEqual(recordings[0].durationsUs, [2 ** 31 - 6, 2]);
    {
      using store = await openStore(options.out);
      assert.deepEqual(store.labels, [0, 1]);
      assert.deepEqual(rows(await store.events(0)), slices[0]);
      assert.deepEqual(rows(await store.events(1)), slices[1]);
    }
    const files = await readTree(options.out);
    assert.equal((await sliceRecordings(options)).recordings[0].sliced, false);
    assert.deepEqual(await readTree(options.out), files);
    await sliceRecordings({ ...options, axes: "jaer" });
    const turned = await (await openStore(options.out)).events(1);
    assert.deepEqual(rows(turned)[0], [123, 3, 7, 0]);
  });
});

Deno.test("slicing names the slice that is missing or empty", async () => {
  await withFolder(async (folder) => {
    const { options } = await writeSlices(folder);
    const path = join(folder, "user25_imse_01.npy");
    await Deno.writeFile(path, npy(PACKED, "(0,)", []));
    await assert.rejects(sliceRecordings(options), {
      name: "DatasetError",
      message: `Cannot use "${path}": it has no events`,
    });
    await Deno.remove(path);
    await assert.rejects(
      sliceRecordings(options),
      (error) => error instanceof DatasetError && error.path === path,
    );
  });
});
