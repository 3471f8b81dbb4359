/**
 * Writing the group of one recording in an event store.
 *
 * @module
 */

import type { Events, Sensor } from "../events.ts";
import { join } from "../file_path.ts";
import type { RecordingAttributes } from "./attributes.ts";
import { type ColumnType, ColumnWriter, writeGroup } from "../zarr/columns.ts";

/**
 * Events in a chunk: a slice of some 100,000 needs two or three, and what is
 * decoded for its neighbours stays small.
 */
const CHUNK_EVENTS = 1 << 16;

/** Where slices start and end among the events of their group. */
export interface SliceBounds {
  /** First event of each slice. */
  readonly start: Uint32Array;
  /** The event after the last of each slice. */
  readonly end: Uint32Array;
}

/**
 * The group of a recording while it is written.
 *
 * The group has the columns x, y, t, p, with one number an event, and start,
 * end, with one a slice. Its own description is written last.
 */
export class RecordingWriter {
  readonly #folder: string;
  readonly #columns: Readonly<Record<keyof Events, ColumnWriter>>;
  #events = 0;

  private constructor(
    folder: string,
    columns: Readonly<Record<keyof Events, ColumnWriter>>,
  ) {
    this.#folder = folder;
    this.#columns = columns;
  }

  /**
   * Starts a group.
   *
   * @param folder Its folder, which is made.
   * @param sensor The sensor, whose size decides how wide x and y are stored.
   * @returns The group, without events.
   * @throws {DatasetError} If it cannot be written.
   */
  static async create(
    folder: string,
    sensor: Sensor,
  ): Promise<RecordingWriter> {
    const column = (name: keyof Events, type: ColumnType) =>
      ColumnWriter.create(join(folder, name), {
        type,
        chunkLength: CHUNK_EVENTS,
        dimension: "event",
      });
    return new RecordingWriter(folder, {
      x: await column("x", sensor.width > 256 ? "uint16" : "uint8"),
      y: await column("y", sensor.height > 256 ? "uint16" : "uint8"),
      t: await column("t", "uint32"),
      p: await column("p", "uint8"),
    });
  }

  /** How many events the group has so far. */
  get events(): number {
    return this.#events;
  }

  /**
   * Adds events.
   *
   * @param events Events in columns.
   * @param from First of those to add.
   * @param to The one after the last.
   * @throws {DatasetError} If they cannot be written.
   */
  async append(events: Events, from: number, to: number): Promise<void> {
    const { x, y, t, p } = this.#columns;
    await Promise.all([
      x.append(events.x.subarray(from, to)),
      y.append(events.y.subarray(from, to)),
      t.append(events.t.subarray(from, to)),
      p.append(events.p.subarray(from, to)),
    ]);
    this.#events += to - from;
  }

  /**
   * Writes what is left.
   *
   * @param bounds Where the slices are, at least one.
   * @param attributes What the group says of itself.
   * @throws {DatasetError} If it cannot be written.
   */
  async finish(
    bounds: SliceBounds,
    attributes: RecordingAttributes,
  ): Promise<void> {
    const { x, y, t, p } = this.#columns;
    await Promise.all([x.finish(), y.finish(), t.finish(), p.finish()]);
    for (const name of ["start", "end"] as const) {
      const column = await ColumnWriter.create(join(this.#folder, name), {
        type: "uint32",
        chunkLength: bounds[name].length,
        dimension: "slice",
      });
      await column.append(bounds[name]);
      await column.finish();
    }
    await writeGroup(this.#folder, attributes);
  }
}
