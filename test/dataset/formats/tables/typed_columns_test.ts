import assert from "node:assert/strict";
import { RecordingFile } from "../../../../dataset/files/buffered_file.ts";
import { columnRecording } from "../../../../dataset/formats/tables/columns.ts";
import { parseNpyType } from "../../../../dataset/formats/tables/npy_values.ts";
import {
  decodePixels,
  decodePolarities,
  decodeTimes,
} from "../../../../dataset/formats/tables/typed_columns.ts";

/** Writes a value into a view, by the name of its type without byte order. */
const WRITERS: Readonly<
  Record<
    string,
    (view: DataView, at: number, value: number, isLittle: boolean) => void
  >
> = {
  i1: (view, at, value) => view.setInt8(at, value),
  u1: (view, at, value) => view.setUint8(at, value),
  b1: (view, at, value) => view.setUint8(at, value),
  i2: (view, at, value, isLittle) => view.setInt16(at, value, isLittle),
  u2: (view, at, value, isLittle) => view.setUint16(at, value, isLittle),
  i4: (view, at, value, isLittle) => view.setInt32(at, value, isLittle),
  u4: (view, at, value, isLittle) => view.setUint32(at, value, isLittle),
  i8: (view, at, value, isLittle) =>
    view.setBigInt64(at, BigInt(value), isLittle),
  u8: (view, at, value, isLittle) =>
    view.setBigUint64(at, BigInt(value), isLittle),
  f4: (view, at, value, isLittle) => view.setFloat32(at, value, isLittle),
  f8: (view, at, value, isLittle) => view.setFloat64(at, value, isLittle),
};

/** Values of each type: those of pixels, and others that are not. */
const VALUES: Readonly<Record<string, readonly [number[], number[]]>> = {
  i1: [[0, 1, 127], [-1, -128]],
  u1: [[0, 1, 128, 255], []],
  b1: [[0, 1], []],
  i2: [[0, 1, 32767], [-1, -32768]],
  u2: [[0, 1, 32768, 65535], []],
  i4: [[0, 1, 65535], [65536, 2 ** 31 - 1, -1, -(2 ** 31)]],
  u4: [[0, 1, 65535], [65536, 2 ** 31, 2 ** 32 - 1]],
  i8: [[0, 1, 65535], [65536, 2 ** 31, 2 ** 32, 2 ** 40 + 1, -1, -(2 ** 33)]],
  u8: [[0, 1, 65535], [65536, 2 ** 31, 2 ** 32, 2 ** 40 + 1, 2 ** 63]],
  f4: [[0, 1, 65535], [65536, 0.5, -0.5, Infinity, NaN]],
  f8: [[0, 1, 65535], [65536, 0.5, 65535.9, -0.5, -Infinity, NaN]],
};

for (const [kind, [pixels, others]] of Object.entries(VALUES)) {
  Deno.test(`a column of type ${kind} becomes pixels, times and polarities`, () => {
    for (const order of ["<", ">"]) {
      for (const [offset, gap] of [[0, 0], [3, 5]]) {
        const type = parseNpyType(order + kind)!;
        const stride = type.size + gap;
        const columnOf = (values: readonly number[]) => {
          const bytes = new Uint8Array(offset + stride * values.length);
          const view = new DataView(bytes.buffer);
          for (const [i, value] of values.entries()) {
            WRITERS[kind](view, offset + stride * i, value, order === "<");
          }
          return { bytes, type, offset, stride };
        };
        const room = new Float64Array(20);
        const decoded = (values: readonly number[]) => {
          const into = new Uint16Array(values.length);
          return { isValid: decodePixels(columnOf(values), into, room), into };
        };
        const { isValid, into } = decoded(pixels);
        assert(isValid, `${pixels}`);
        assert.deepEqual([...into], pixels);
        for (const other of others) {
          assert(!decoded([...pixels, other, 0]).isValid, `${other}`);
        }

        const all = [...pixels, ...others];
        const p = new Uint8Array(all.length);
        decodePolarities(columnOf(all), p, room);
        assert.deepEqual([...p], all.map((value) => value > 0 ? 1 : 0));

        for (const unitUs of [1, 1000]) {
          const t = new Float64Array(all.length);
          const areFinite = decodeTimes(columnOf(all), t, unitUs);
          assert.equal(areFinite, all.every(Number.isFinite));
          assert.deepEqual(
            [...t],
            all.map((value) =>
              unitUs === 1 ? value : Math.round(value * unitUs)
            ),
          );
        }
      }
    }
  });
}

Deno.test("a few rows without a pixel are left out of many, and counted", async () => {
  const rows = 10_000;
  const bad = [4095, 4096, 9999];
  const values = new Int32Array(4 * rows);
  for (let i = 0; i < rows; i++) {
    values.set([bad.includes(i) ? -1 : i % 640, i % 480, i, i & 1], 4 * i);
  }
  const bytes = new Blob([values]);
  const type = parseNpyType("<i4")!;
  const recording = columnRecording({
    format: "rows",
    arrays: [{
      open: () => RecordingFile.open(bytes),
      stride: 16,
      columns: (["x", "y", "t", "p"] as const)
        .map((axis, i) => ({ name: { axis }, offset: 4 * i, type })),
    }],
    count: rows,
    unitUs: 1,
  });
  const found: number[][] = [];
  for await (const { x, y, t, p } of recording.blocks()) {
    t.forEach((time, i) => found.push([x[i], y[i], time, p[i]]));
  }
  const kept = Array.from({ length: rows }, (_, i) => i)
    .filter((i) => !bad.includes(i));
  assert.deepEqual(
    found,
    kept.map((i) => [i % 640, i % 480, i, i & 1]),
  );
  assert.deepEqual(recording.faults, [
    { problem: "events outside the sensor", count: 3, offset: 16 * bad[0] },
  ]);
});
