/**
 * Reader of recordings whose columns are in one or several binary arrays.
 *
 * @module
 */

import { CutOffError } from "../../files/errors.ts";
import type { RecordingFile } from "../../files/buffered_file.ts";
import { type BlockBuilder, gatherBlocks } from "../reading/block_builder.ts";
import { countedRecording } from "../reading/counted_recording.ts";
import type { OpenRecording } from "../reading/format.ts";
import { OUTSIDE, TIMELESS } from "../reading/fault_counts.ts";
import type { Axis, NamedColumn } from "./column_names.ts";
import { readValues, type Strided } from "./npy_values.ts";

/** A column of an array. */
export interface ArrayColumn extends Omit<Strided, "stride"> {
  /** Its quantity, if known. */
  readonly name?: NamedColumn;
}

/** An array with one or more columns. */
export interface ColumnArray {
  /** Opens the array, positioned at its first value. */
  open(): Promise<RecordingFile>;
  /** Bytes from one row to the next. */
  readonly stride: number;
  /** Its columns, whose quantities may still be unknown. */
  readonly columns: readonly ArrayColumn[];
}

/** A table of events as columns. */
export interface ColumnTable {
  /** Name of the format. */
  readonly format: string;
  /** The arrays, which together contain x, y, t and p. */
  readonly arrays: readonly ColumnArray[];
  /** Number of rows. */
  readonly count: number;
  /** Unit of times in µs. */
  readonly unitUs: number;
}

/** Number of rows read at once, small enough for a core's private cache. */
const MOST_ROWS = 1 << 12;

/** Columns of consecutive rows as numbers. */
type Values = Readonly<Record<Axis, Float64Array>>;

/**
 * Makes a recording from a table.
 *
 * @param table The table.
 * @returns The recording.
 *
 * @example
 * ```ts
 * import { RecordingFile } from "../../files/buffered_file.ts";
 * import { columnRecording } from "./columns.ts";
 * import { parseNpyType } from "./npy_values.ts";
 * const type = parseNpyType("|u1")!;
 * const bytes = new Blob([Uint8Array.of(5, 7, 9, 1)]);
 * const recording = columnRecording({
 *   format: "bytes",
 *   arrays: [{
 *     open: () => RecordingFile.open(bytes),
 *     stride: 4,
 *     columns: (["x", "y", "t", "p"] as const)
 *       .map((axis, offset) => ({ name: { axis }, offset, type })),
 *   }],
 *   count: 1,
 *   unitUs: 1000,
 * });
 * for await (const { t } of recording.blocks()) {
 *   if (t[0] !== 9000) throw new Error("expected 9 ms");
 * }
 * ```
 */
export function columnRecording(
  { format, arrays, count, unitUs }: ColumnTable,
): OpenRecording {
  return countedRecording({
    format,
    sensor: undefined,
    read: (faults) =>
      gatherBlocks(async function* (builder) {
        using opened = new DisposableStack();
        const files: RecordingFile[] = [];
        for (const array of arrays) files.push(opened.use(await array.open()));
        const room = allocateValues(Math.min(count, MOST_ROWS));
        for (let left = count; left > 0;) {
          const rows = await fillRows(arrays, {
            files,
            left,
            most: Math.min(left, MOST_ROWS, builder.room),
          });
          const { offset } = files[0];
          const values = readRows(arrays, { files, rows, room });
          left -= rows;
          gatherEvents(values, {
            builder,
            unitUs,
            leftOut: (row, problem) =>
              faults.add(problem, offset + row * arrays[0].stride),
          });
          yield;
        }
      }),
  });
}

/** Allocates columns for a number of rows. */
function allocateValues(rows: number): Values {
  return {
    x: new Float64Array(rows),
    y: new Float64Array(rows),
    t: new Float64Array(rows),
    p: new Float64Array(rows),
  };
}

/**
 * Fills the buffers of all arrays; returns the number of rows that all of them
 * have.
 */
async function fillRows(
  arrays: readonly ColumnArray[],
  { files, left, most }: {
    readonly files: readonly RecordingFile[];
    readonly left: number;
    readonly most: number;
  },
): Promise<number> {
  let rows = most;
  for (const [i, file] of files.entries()) {
    const { stride } = arrays[i];
    if (file.bytes.length < rows * stride) await file.fill();
    const { path, bytes, offset } = file;
    if (bytes.length < stride) {
      const end = offset + bytes.length;
      throw new CutOffError(
        path,
        `byte ${end}: the array ends, rows are left: ${left}`,
        {
          offset,
          lost: "events missing at the end",
          count: left,
        },
      );
    }
    rows = Math.min(rows, Math.floor(bytes.length / stride));
  }
  return rows;
}

/** Reads the next rows of all arrays from their buffers. */
function readRows(
  arrays: readonly ColumnArray[],
  { files, rows, room }: {
    readonly files: readonly RecordingFile[];
    readonly rows: number;
    readonly room: Values;
  },
): Values {
  const values = {
    x: room.x.subarray(0, rows),
    y: room.y.subarray(0, rows),
    t: room.t.subarray(0, rows),
    p: room.p.subarray(0, rows),
  };
  for (const [i, { stride, columns }] of arrays.entries()) {
    for (const { name, type, offset } of columns) {
      if (name === undefined) continue;
      const column = { type, offset, stride };
      readValues(files[i].bytes, values[name.axis], column);
    }
    files[i].take(rows * stride);
  }
  return values;
}

/** Appends rows to the builder, except those without a valid pixel or time. */
function gatherEvents(
  values: Values,
  { builder, unitUs, leftOut }: {
    readonly builder: BlockBuilder;
    readonly unitUs: number;
    readonly leftOut: (row: number, problem: string) => void;
  },
): void {
  const { x, y, t, p } = builder;
  const { x: columns, y: rows, t: times, p: polarities } = values;
  let place = builder.count;
  for (let i = 0; i < times.length; i++) {
    const column = columns[i];
    const row = rows[i];
    const time = times[i] * unitUs;
    if (
      column >= 0 && column < 65536 && row >= 0 && row < 65536 &&
      Number.isFinite(time)
    ) {
      x[place] = column;
      y[place] = row;
      t[place] = unitUs === 1 ? time : Math.round(time);
      p[place] = polarities[i] > 0 ? 1 : 0;
      place++;
    } else {
      leftOut(i, Number.isFinite(time) ? OUTSIDE : TIMELESS);
    }
  }
  builder.count = place;
}

/**
 * Reads the first rows of a table, by which its columns are recognised.
 *
 * @param arrays The arrays.
 * @param count Number of rows.
 * @returns Values of every column, in the order of the arrays.
 * @throws {RecordingError} If an array has no row.
 *
 * @example
 * ```ts
 * import { RecordingFile } from "../../files/buffered_file.ts";
 * import { firstRows } from "./columns.ts";
 * import { parseNpyType } from "./npy_values.ts";
 * const bytes = new Blob([Uint8Array.of(5, 7)]);
 * const [values] = await firstRows([{
 *   open: () => RecordingFile.open(bytes),
 *   stride: 1,
 *   columns: [{ offset: 0, type: parseNpyType("|u1")! }],
 * }], 2);
 * if (values.join() !== "5,7") throw new Error(`${values}`);
 * ```
 */
export async function firstRows(
  arrays: readonly ColumnArray[],
  count: number,
): Promise<number[][]> {
  const found: number[][] = [];
  for (const { open, stride, columns } of arrays) {
    using file = await open();
    await file.fill(PROBED_ROWS * stride);
    const rows = Math.min(
      count,
      PROBED_ROWS,
      Math.floor(file.bytes.length / stride),
    );
    for (const { type, offset } of columns) {
      const values = new Float64Array(rows);
      readValues(file.bytes, values, { type, offset, stride });
      found.push([...values]);
    }
  }
  return found;
}

/** Number of rows by which columns are recognised. */
const PROBED_ROWS = 4096;
