/**
 * Reader of events in four HDF5 data sets: `events/x`, `events/y`, `events/p`
 * and `events/t` as in DSEC, or `events/xs`, `events/ys`, `events/ps` and
 * `events/ts` as in files of rpg_e2vid and event_utils.
 *
 * @module
 */

import { RecordingError } from "../../files/errors.ts";
import type { BlockBuilder } from "../reading/block_builder.ts";
import type { FaultCounts } from "../reading/fault_counts.ts";
import type { Column, Hdf5File } from "./hdf5_file.ts";
import { type Numbers, numbersReader, type ReadNumbers } from "./numbers.ts";
import { readPieces } from "./pieces.ts";

/** Data set of one event field, with a reader of its values. */
interface Field {
  readonly column: Column;
  readonly read: ReadNumbers;
}

/** Data sets of all event fields. */
export interface EventColumns {
  /** Column, row, time and polarity of each event. */
  readonly fields: readonly Field[];
  /** Unit of times in µs. */
  readonly timeUnit: number;
  /** Time in µs that is added to all times. */
  readonly timeOffset: number;
  /** Number of events. */
  readonly length: number;
}

/**
 * Finds the four data sets, and DSEC's `t_offset`.
 *
 * @param file The file.
 * @returns The data sets; `undefined` if one is missing, is not numeric, or
 *   differs in length.
 * @throws {RecordingError} If a description is damaged.
 */
export function findEventColumns(file: Hdf5File): EventColumns | undefined {
  const fields: Field[] = [];
  for (const name of ["x", "y", "t", "p"]) {
    const column = file.column(`events/${name}`) ??
      file.column(`events/${name}s`);
    const read = column &&
      numbersReader({ type: column.type, offset: 0, stride: column.type.size });
    if (!column || !read) return undefined;
    fields.push({ column, read });
  }
  const [{ column: { length } }, , { column: time }] = fields;
  if (fields.some(({ column }) => column.length !== length)) return undefined;
  // Integers are in µs, floating-point times in seconds.
  const timeUnit = time.type.kind === "float" ? 1e6 : 1;
  return { fields, timeUnit, timeOffset: timeOffsetOf(file), length };
}

/** Reads the time that is added to all others in µs; 0 if there is none. */
function timeOffsetOf(file: Hdf5File): number {
  for (const path of ["t_offset", "events/t_offset"]) {
    if (!file.has(path)) continue;
    const { values = [] } = file.array(path) ?? {};
    const [offset] = values;
    if (values.length === 1 && Number.isSafeInteger(offset)) {
      return Number(offset);
    }
    throw new RecordingError(
      file.file.path,
      `"${path}" is not one number of µs, which times are counted from`,
    );
  }
  return 0;
}

/** Numbers of a data set that are next in order. */
class Cursor {
  /** The current numbers. */
  numbers: Numbers = new Uint8Array();
  /** Index of the next one of them. */
  at = 0;
  readonly #pieces: AsyncIterator<Numbers, void>;

  constructor(file: Hdf5File, { column, read }: Field) {
    const pieces = readPieces(file, column);
    this.#pieces = async function* () {
      for await (const piece of pieces) yield read(piece);
    }();
  }

  /** Reads on if no number is left; returns how many are. */
  async fill(): Promise<number> {
    while (this.at === this.numbers.length) {
      const { value } = await this.#pieces.next();
      if (!value) break;
      this.numbers = value;
      this.at = 0;
    }
    return this.numbers.length - this.at;
  }
}

/**
 * Reads the events of the four data sets.
 *
 * @param file The file.
 * @param options The data sets and the destination of events.
 * @returns A generator that yields whenever the builder may be full.
 * @throws {RecordingError} If they cannot be read.
 */
export async function* readEventColumns(
  file: Hdf5File,
  { columns, builder, faults }: {
    readonly columns: EventColumns;
    readonly builder: BlockBuilder;
    readonly faults: FaultCounts;
  },
): AsyncGenerator<void> {
  const cursors = columns.fields.map((field) => new Cursor(file, field));
  for (let left = columns.length; left > 0;) {
    let count = Math.min(left, builder.room);
    for (const cursor of cursors) count = Math.min(count, await cursor.fill());
    addEvents(cursors, { columns, count, builder, faults });
    for (const cursor of cursors) cursor.at += count;
    left -= count;
    yield;
  }
}

/** Appends the next events. */
function addEvents(
  cursors: readonly Cursor[],
  { columns: { timeUnit, timeOffset }, count, builder, faults }: {
    readonly columns: EventColumns;
    readonly count: number;
    readonly builder: BlockBuilder;
    readonly faults: FaultCounts;
  },
): void {
  const [xs, ys, ts, ps] = cursors.map(({ numbers, at }) =>
    numbers.subarray(at, at + count)
  );
  const { x, y, t, p } = builder;
  let place = builder.count;
  for (let i = 0; i < count; i++) {
    const column = xs[i];
    const row = ys[i];
    if (!(column >= 0 && row >= 0 && column < 0x10000 && row < 0x10000)) {
      faults.add("events without a valid pixel", 0);
      continue;
    }
    x[place] = column;
    y[place] = row;
    t[place] = Math.round(ts[i] * timeUnit) + timeOffset;
    p[place] = ps[i] > 0 ? 1 : 0;
    place++;
  }
  builder.count = place;
}
