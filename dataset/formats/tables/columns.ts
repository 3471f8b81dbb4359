/**
 * Reader of recordings whose columns are in one or several binary arrays.
 *
 * @module
 */

import { CutOffError } from "../../files/errors.ts";
import type { RecordingFile } from "../../files/buffered_file.ts";
import type { FileSource } from "../../files/file_source.ts";
import { type BlockBuilder, gatherBlocks } from "../reading/block_builder.ts";
import { countedRecording } from "../reading/counted_recording.ts";
import type { OpenRecording } from "../reading/format.ts";
import {
  type FaultCounts,
  FRACTION,
  OUTSIDE,
  TIMELESS,
} from "../reading/fault_counts.ts";
import { endBeforeZeros, type ZeroRecords } from "../reading/zero_tail.ts";
import type { Axis, NamedColumn } from "./column_names.ts";
import { readValues, type Strided } from "./npy_values.ts";
import {
  decodePixels,
  decodePolarities,
  decodeTimes,
} from "./typed_columns.ts";

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
  /**
   * The arrays, which together contain x, y, t and p, or only x and t, or these
   * and p.
   */
  readonly arrays: readonly ColumnArray[];
  /** Number of rows. */
  readonly count: number;
  /** Unit of times in µs. */
  readonly unitUs: number;
  /** The file, if it holds a single array as it is. */
  readonly source?: FileSource;
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
  { format, arrays, count, unitUs, source }: ColumnTable,
): OpenRecording {
  return countedRecording({
    format,
    sensor: undefined,
    read: (faults) =>
      gatherBlocks(async function* (builder) {
        using opened = new DisposableStack();
        const files: RecordingFile[] = [];
        for (const array of arrays) files.push(opened.use(await array.open()));
        if (source !== undefined && arrays.length === 1) {
          await endBeforeZeros(files[0], source, zeroRows(arrays[0]));
        }
        const room = allocateValues(Math.min(count, MOST_ROWS));
        for (let left = count; left > 0;) {
          const rows = await fillRows(arrays, {
            files,
            left,
            most: Math.min(left, MOST_ROWS, builder.room),
          });
          const batch = { files, rows, room, builder, unitUs };
          if (decodeRows(arrays, batch)) builder.count += rows;
          else gatherRows(arrays, { ...batch, faults });
          for (const [i, file] of files.entries()) {
            file.take(rows * arrays[i].stride);
          }
          left -= rows;
          yield;
        }
      }),
  });
}

/** Describes rows of zeros at the end of an array. */
function zeroRows(
  { stride, columns }: ColumnArray,
): ZeroRecords & { readonly bytes: number } {
  const { type, offset } = columns.find(({ name }) => name?.axis === "t")!;
  const time = new Float64Array(1);
  return {
    bytes: stride,
    least: 2,
    timeAt({ buffer, byteOffset }, at) {
      const row = new Uint8Array(buffer, byteOffset + at, stride);
      readValues(row, time, { type, offset, stride });
      return time[0];
    },
  };
}

/** Allocates columns for a number of rows, in row 0 and ON. */
function allocateValues(rows: number): Values {
  return {
    x: new Float64Array(rows),
    y: new Float64Array(rows),
    t: new Float64Array(rows),
    p: new Float64Array(rows).fill(1),
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

/** The next rows of all arrays, which are in their buffers. */
interface Batch {
  readonly files: readonly RecordingFile[];
  readonly rows: number;
  /** Numbers that are overwritten. */
  readonly room: Values;
  readonly builder: BlockBuilder;
  readonly unitUs: number;
}

/**
 * Writes rows to the builder, behind its last event; returns whether all have a
 * valid pixel and time.
 */
function decodeRows(
  arrays: readonly ColumnArray[],
  { files, rows, room, builder, unitUs }: Batch,
): boolean {
  const [start, end] = [builder.count, builder.count + rows];
  let areValid = true;
  let hasPolarity = false;
  for (const [i, { stride, columns }] of arrays.entries()) {
    const { bytes } = files[i];
    for (const { name, type, offset } of columns) {
      const column = { bytes, type, offset, stride };
      switch (name?.axis) {
        case "x":
        case "y": {
          const into = builder[name.axis].subarray(start, end);
          areValid = decodePixels(column, into, room.x) && areValid;
          break;
        }
        case "t": {
          const into = builder.t.subarray(start, end);
          areValid = decodeTimes(column, into, unitUs) && areValid;
          break;
        }
        case "p":
          hasPolarity = true;
          decodePolarities(column, builder.p.subarray(start, end), room.p);
      }
    }
  }
  if (!hasPolarity) builder.p.fill(1, start, end);
  return areValid;
}

/** Appends rows to the builder, except those without a valid pixel or time. */
function gatherRows(
  arrays: readonly ColumnArray[],
  { files, rows, room, builder, unitUs, faults }: Batch & {
    readonly faults: FaultCounts;
  },
): void {
  for (const [i, { stride, columns }] of arrays.entries()) {
    for (const { name, type, offset } of columns) {
      if (name === undefined) continue;
      const values = room[name.axis].subarray(0, rows);
      readValues(files[i].bytes, values, { type, offset, stride });
    }
  }
  const { x, y, t, p } = builder;
  let place = builder.count;
  for (let i = 0; i < rows; i++) {
    const column = room.x[i];
    const row = room.y[i];
    const time = room.t[i] * unitUs;
    const at = files[0].offset + i * arrays[0].stride;
    if (
      column >= 0 && column < 65536 && row >= 0 && row < 65536 &&
      Number.isFinite(time)
    ) {
      x[place] = column;
      y[place] = row;
      if (x[place] !== column || y[place] !== row) faults.add(FRACTION, at);
      t[place] = unitUs === 1 ? time : Math.round(time);
      p[place] = room.p[i] > 0 ? 1 : 0;
      place++;
    } else {
      faults.add(Number.isFinite(time) ? OUTSIDE : TIMELESS, at);
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
