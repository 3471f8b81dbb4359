/**
 * Recordings whose columns lie in one array, or in several side by side.
 *
 * @module
 */

import { RecordingError } from "../../files/errors.ts";
import type { RecordingFile } from "../../files/buffered_file.ts";
import type { EventBlock, OpenRecording } from "../reading/format.ts";
import {
  allocateBlock,
  BLOCK_EVENTS,
  firstEvents,
} from "../reading/event_block.ts";
import { FaultCounts, OUTSIDE, TIMELESS } from "../reading/fault_counts.ts";
import type { Axis, NamedColumn } from "./column_names.ts";
import { readValues, type Strided } from "./npy_values.ts";

/** A column of an array. */
export interface ArrayColumn extends Omit<Strided, "stride"> {
  /** Its quantity, once that is known. */
  readonly name?: NamedColumn;
}

/** An array that holds one or more columns. */
export interface ColumnArray {
  /** Opens the array at its first value. */
  open(): Promise<RecordingFile>;
  /** Bytes from one row to the next. */
  readonly stride: number;
  /** Its columns; which is which may not be known yet. */
  readonly columns: readonly ArrayColumn[];
}

/** A table of events in columns. */
export interface ColumnTable {
  /** Name of the format. */
  readonly format: string;
  /** The arrays, which hold x, y, t and p between them. */
  readonly arrays: readonly ColumnArray[];
  /** Number of rows. */
  readonly count: number;
  /** µs in the unit of time. */
  readonly unitUs: number;
}

/** The columns of a stretch of rows, as numbers. */
type Values = Readonly<Record<Axis, Float64Array>>;

/**
 * Offers the events of a table.
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
  let faults = new FaultCounts();
  return {
    format,
    sensor: undefined,
    get faults() {
      return faults.list();
    },
    async *blocks() {
      faults = new FaultCounts();
      using opened = new DisposableStack();
      const files: RecordingFile[] = [];
      for (const array of arrays) files.push(opened.use(await array.open()));
      const room = allocateValues(Math.min(count, BLOCK_EVENTS));
      for (let left = count; left > 0;) {
        const { offset } = files[0];
        const values = await readRows(arrays, { files, left, room });
        left -= values.t.length;
        const block = allocateBlock();
        const leftOut = (row: number, problem: string) =>
          faults.add(problem, offset + row * arrays[0].stride);
        const events = gatherEvents(values, { block, unitUs, leftOut });
        if (events > 0) yield firstEvents(block, events);
      }
    },
  };
}

/** Makes room for the columns of some rows. */
function allocateValues(rows: number): Values {
  return {
    x: new Float64Array(rows),
    y: new Float64Array(rows),
    t: new Float64Array(rows),
    p: new Float64Array(rows),
  };
}

/** Reads the next rows of all arrays. */
async function readRows(
  arrays: readonly ColumnArray[],
  { files, left, room }: {
    readonly files: readonly RecordingFile[];
    readonly left: number;
    readonly room: Values;
  },
): Promise<Values> {
  let rows = Math.min(left, BLOCK_EVENTS);
  for (const [i, file] of files.entries()) {
    const { stride } = arrays[i];
    if (file.bytes.length < rows * stride) await file.fill();
    const { path, bytes, offset } = file;
    if (bytes.length < stride) {
      throw new RecordingError(
        path,
        `byte ${offset + bytes.length}: the array ends, rows are left: ${left}`,
        { offset: offset + bytes.length },
      );
    }
    rows = Math.min(rows, Math.floor(bytes.length / stride));
  }
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

/** Puts rows into a block, those left out that name no pixel or no time. */
function gatherEvents(
  values: Values,
  { block: { x, y, t, p }, unitUs, leftOut }: {
    readonly block: EventBlock;
    readonly unitUs: number;
    readonly leftOut: (row: number, problem: string) => void;
  },
): number {
  const { x: columns, y: rows, t: times, p: polarities } = values;
  let events = 0;
  for (let i = 0; i < times.length; i++) {
    const column = columns[i];
    const row = rows[i];
    const time = times[i] * unitUs;
    if (
      column >= 0 && column < 65536 && row >= 0 && row < 65536 &&
      Number.isFinite(time)
    ) {
      x[events] = column;
      y[events] = row;
      t[events] = unitUs === 1 ? time : Math.round(time);
      p[events] = polarities[i] > 0 ? 1 : 0;
      events++;
    } else {
      leftOut(i, Number.isFinite(time) ? OUTSIDE : TIMELESS);
    }
  }
  return events;
}

/**
 * Reads the first rows of a table, for its columns to be told apart.
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
    await file.fill();
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

/** Rows that are looked at to tell columns apart. */
const PROBED_ROWS = 4096;
