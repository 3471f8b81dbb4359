/**
 * Writer of the Zarr group of one recording in an event store.
 *
 * @module
 */

import type { Events, Sensor } from "../events.ts";
import { join } from "../files/file_path.ts";
import { syncTree } from "../files/file_sync.ts";
import type { RecordingAttributes } from "./attributes.ts";
import { ColumnWriter } from "./zarr/column_writer.ts";
import { writeGroup } from "./zarr/groups.ts";
import { eventLayouts, sliceLayouts } from "./column_layouts.ts";

/** Bounds of slices as indices of events in their group. */
export interface SliceBounds {
  /** Index of each slice's first event. */
  readonly start: Uint32Array;
  /** Index after each slice's last event. */
  readonly end: Uint32Array;
}

/**
 * Writer of a recording's group, to which events are appended.
 *
 * The group has the columns x, y, t and p, with one number per event, and start
 * and end, with one number per slice. Its `zarr.json` is written last, so that
 * an unfinished group has none.
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
   * @param folder Its folder, which is created.
   * @param sensor The sensor, whose size decides whether x and y are stored as
   *   uint8 or uint16.
   * @returns The group, without events.
   * @throws {DatasetError} If it cannot be written.
   */
  static async create(
    folder: string,
    sensor: Sensor,
  ): Promise<RecordingWriter> {
    const layouts = eventLayouts(sensor);
    const column = (name: keyof Events) =>
      ColumnWriter.create(join(folder, name), layouts[name]);
    return new RecordingWriter(folder, {
      x: await column("x"),
      y: await column("y"),
      t: await column("t"),
      p: await column("p"),
    });
  }

  /** Number of events appended to the group. */
  get events(): number {
    return this.#events;
  }

  /**
   * Appends a range of events.
   *
   * @param events Events in columns.
   * @param from Index of the first event to add.
   * @param to Index after the last event to add.
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
   * Writes the last chunks and the attributes, and flushes the group to the disk.
   *
   * @param bounds Bounds of the slices, at least one.
   * @param attributes Attributes of the group.
   * @throws {DatasetError} If it cannot be written.
   */
  async finish(
    bounds: SliceBounds,
    attributes: RecordingAttributes,
  ): Promise<void> {
    const { x, y, t, p } = this.#columns;
    await Promise.all([x.finish(), y.finish(), t.finish(), p.finish()]);
    const layouts = sliceLayouts(bounds.start.length);
    for (const name of ["start", "end"] as const) {
      const path = join(this.#folder, name);
      const column = await ColumnWriter.create(path, layouts[name]);
      await column.append(bounds[name]);
      await column.finish();
    }
    await writeGroup(this.#folder, attributes);
    await syncTree(this.#folder);
  }
}
