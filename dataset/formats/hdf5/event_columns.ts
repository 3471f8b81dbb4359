/**
 * Reader of events in four HDF5 data sets: `events/x`, `events/y`, `events/p`
 * and `events/t` as in DSEC, or `events/xs`, `events/ys`, `events/ps` and
 * `events/ts` as in files of rpg_e2vid and event_utils.
 *
 * @module
 */

import type { BlockBuilder } from "../reading/block_builder.ts";
import type { FaultCounts } from "../reading/fault_counts.ts";
import { numberReader, type ReadNumber } from "./columns.ts";
import type { Column, Hdf5File } from "./hdf5_file.ts";

/** Data set of one event field, with a reader of its values. */
interface Field {
  readonly column: Column;
  readonly read: ReadNumber;
}

/** Data sets of all event fields. */
export interface EventColumns {
  /** Column, row, time and polarity of each event. */
  readonly fields: readonly Field[];
  /** Unit of times in µs. */
  readonly timeUnit: number;
  /** Number of events. */
  readonly length: number;
}

/**
 * Finds the four data sets.
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
    const read = column && numberReader(column.type);
    if (!column || !read) return undefined;
    fields.push({ column, read });
  }
  const [{ column: { length } }, , { column: time }] = fields;
  if (fields.some(({ column }) => column.length !== length)) return undefined;
  // Integers are in µs, floating-point times in seconds.
  const timeUnit = time.type.kind === "float" ? 1e6 : 1;
  return { fields, timeUnit, length };
}

/**
 * Reads the events of the four data sets.
 *
 * @param file The file.
 * @param options The data sets and the destination of events.
 * @returns A generator that yields whenever the builder may be full.
 * @throws {RecordingError} If they cannot be read.
 */
export function* readEventColumns(
  file: Hdf5File,
  { columns, builder, faults }: {
    readonly columns: EventColumns;
    readonly builder: BlockBuilder;
    readonly faults: FaultCounts;
  },
): Generator<void> {
  const { fields, timeUnit, length } = columns;
  for (let first = 0; first < length;) {
    const count = Math.min(length - first, builder.room);
    const [xs, ys, ts, ps] = fields.map(({ column }) =>
      file.readBytes(column, { first, count })
    );
    const [x, y, t, p] = fields.map(({ column, read }) => ({
      read,
      size: column.type.size,
    }));
    let place = builder.count;
    for (let i = 0; i < count; i++) {
      const column = x.read(xs, i * x.size);
      const row = y.read(ys, i * y.size);
      if (!(column >= 0 && row >= 0 && column < 0x10000 && row < 0x10000)) {
        faults.add("events without a valid pixel", 0);
        continue;
      }
      builder.x[place] = column;
      builder.y[place] = row;
      builder.t[place] = Math.round(t.read(ts, i * t.size) * timeUnit);
      builder.p[place] = p.read(ps, i * p.size) > 0 ? 1 : 0;
      place++;
    }
    builder.count = place;
    first += count;
    yield;
  }
}
