/**
 * The group of one recording in an event store, open for reading.
 *
 * @module
 */

import { DatasetError } from "../errors.ts";
import type { Events } from "../events.ts";
import { join } from "../file_path.ts";
import { Column, readGroup } from "../zarr/columns.ts";
import {
  parseRecordingAttributes,
  type RecordingAttributes,
} from "./attributes.ts";

/** The group of a recording, open. */
export interface OpenRecording {
  /** Its folder. */
  readonly folder: string;
  /** What the group says of itself. */
  readonly attributes: RecordingAttributes;
  /** One number an event. */
  readonly columns: Readonly<Record<keyof Events, Column>>;
  /** First event of each slice. */
  readonly start: ArrayLike<number>;
  /** The event after the last of each slice. */
  readonly end: ArrayLike<number>;
}

/**
 * Opens the group of a recording.
 *
 * @param folder Its folder.
 * @param classes How many classes there are.
 * @returns The group; its events are read when asked for.
 * @throws {DatasetError} If there is none, or it is damaged.
 */
export async function openRecording(
  folder: string,
  classes: number,
): Promise<OpenRecording> {
  return await openGroup(folder, classes)
    .catch((error) => advise(error, folder));
}

/**
 * Adds to what is wrong with a folder how to come by a good one.
 *
 * @param error What is wrong.
 * @param folder The folder.
 * @throws {DatasetError} The same with the advice, if it was one.
 * @throws The error itself, if not.
 */
export function advise(error: unknown, folder: string): never {
  if (!(error instanceof DatasetError)) throw error;
  const advice = `remove "${folder}" and slice anew`;
  throw new DatasetError(error.path, `${error.problem}; ${advice}`, {
    cause: error,
  });
}

async function openGroup(
  folder: string,
  classes: number,
): Promise<OpenRecording> {
  const damaged = (problem: string) =>
    new DatasetError(folder, `it is damaged, ${problem}`);
  const found = await readGroup(folder);
  if (found === undefined) throw damaged("zarr.json is missing");
  const attributes = parseRecordingAttributes(folder, found);
  const open = (name: string) => Column.open(join(folder, name));
  const [x, y, t, p, startColumn, endColumn] = await Promise.all(
    ["x", "y", "t", "p", "start", "end"].map(open),
  );
  const columns = { x, y, t, p };
  for (const [name, { length }] of Object.entries(columns)) {
    if (length !== attributes.events) {
      throw damaged(`${name} has ${length} of ${attributes.events} events`);
    }
  }
  const [start, end] = await Promise.all([
    startColumn.chunk(0),
    endColumn.chunk(0),
  ]);
  for (const [slice, label] of attributes.labels.entries()) {
    if (!(start[slice] < end[slice] && end[slice] <= attributes.events)) {
      throw damaged(
        `slice ${slice} is events ${start[slice]} to ${end[slice]} ` +
          `of ${attributes.events}`,
      );
    }
    if (label >= classes) {
      throw damaged(`slice ${slice} has label ${label} of ${classes}`);
    }
  }
  return { folder, attributes, columns, start, end };
}
