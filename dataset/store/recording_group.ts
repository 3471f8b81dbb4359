/**
 * The Zarr group of one recording in an event store, opened and verified.
 *
 * @module
 */

import { counted } from "../files/counted.ts";
import { DatasetError } from "../files/errors.ts";
import type { Events, Sensor } from "../events.ts";
import { isUrl, join } from "../files/file_path.ts";
import { sha256 } from "../files/sha256.ts";
import { Column } from "./zarr/column.ts";
import { readGroup } from "./zarr/groups.ts";
import {
  parseRecordingAttributes,
  type RecordingAttributes,
  type StoredAxes,
} from "./attributes.ts";
import { eventLayouts, sliceLayouts } from "./column_layouts.ts";

/** Properties that the group of a recording must have. */
export interface GroupOptions {
  /** Name of the recording. */
  readonly source: string;
  /** Convention of x, y and p. */
  readonly axes: StoredAxes;
  /** The sensor. */
  readonly sensor: Sensor;
  /** Number of classes. */
  readonly classes: number;
  /**
   * Required digest of its attributes, which shows that they have not changed.
   * @default any
   */
  readonly digest?: string;
  /** Folder in which chunks of a store at a URL are kept. */
  readonly cache?: string;
}

/** Open group of a recording. */
export interface OpenRecording {
  /** Its folder. */
  readonly folder: string;
  /** Attributes of the group. */
  readonly attributes: RecordingAttributes;
  /** Digest of the attributes. */
  readonly digest: string;
  /** The columns with one number per event. */
  readonly columns: Readonly<Record<keyof Events, Column>>;
  /** Index of each slice's first event. */
  readonly start: ArrayLike<number>;
  /** Index after each slice's last event. */
  readonly end: ArrayLike<number>;
}

/**
 * Opens the group of a recording.
 *
 * @param folder Its folder.
 * @param options Properties that it must have.
 * @returns The group; its events are read on demand.
 * @throws {DatasetError} If it is missing or damaged, or has another recording
 *   or other axes.
 */
export async function openRecording(
  folder: string,
  options: GroupOptions,
): Promise<OpenRecording> {
  return await openGroup(folder, options)
    .catch((error) => advise(error, folder));
}

/**
 * Opens the group of a recording, and verifies the checksums of all its chunks.
 *
 * @param folder Its folder.
 * @param options Properties that it must have.
 * @returns The undamaged group.
 * @throws {DatasetError} If it is missing or damaged.
 */
export async function verifyRecording(
  folder: string,
  options: GroupOptions,
): Promise<OpenRecording> {
  const recording = await openRecording(folder, options);
  for (const column of Object.values(recording.columns)) {
    const chunks = Math.ceil(column.length / column.chunkLength);
    for (let index = 0; index < chunks; index++) await column.chunk(index);
  }
  return recording;
}

/**
 * Rethrows the error of a damaged folder with advice on how to repair it.
 *
 * @param error The error.
 * @param folder The folder; for a URL, which only its owner can repair, no
 *   advice is added.
 * @throws {DatasetError} If `error` is a `DatasetError`: its problem with the
 *   advice.
 * @throws {Error} Otherwise `error` itself.
 */
export function advise(error: unknown, folder: string): never {
  if (!(error instanceof DatasetError)) throw error;
  if (isUrl(folder)) throw error;
  const advice = `remove "${folder}" and slice again`;
  throw new DatasetError(error.path, `${error.problem}; ${advice}`, {
    cause: error,
  });
}

async function openGroup(
  folder: string,
  { source, axes, sensor, classes, digest: known, cache }: GroupOptions,
): Promise<OpenRecording> {
  const damaged = (problem: string) =>
    new DatasetError(folder, `it is damaged, ${problem}`);
  const found = await readGroup(folder);
  if (found === undefined) throw damaged("zarr.json is missing");
  const attributes = parseRecordingAttributes(folder, found);
  if (attributes.source !== source || attributes.axes !== axes) {
    throw damaged(
      `it has "${attributes.source}" with axes "${attributes.axes}", but the ` +
        `store lists "${source}" with axes "${axes}"`,
    );
  }
  const digest = await sha256(JSON.stringify(attributes));
  if (known !== undefined && known !== digest) {
    throw new DatasetError(folder, "it was replaced while it was read");
  }
  const { events, labels } = attributes;
  const layouts = { ...eventLayouts(sensor), ...sliceLayouts(labels.length) };
  const open = async (name: keyof typeof layouts) => {
    const { dimension } = layouts[name];
    const expected = dimension === "event" ? events : labels.length;
    const column = await Column.open(
      join(folder, name),
      layouts[name],
      cache,
    );
    if (column.length === expected) return column;
    throw damaged(
      `${name} has ${column.length} of ${counted(expected, dimension)}`,
    );
  };
  const [x, y, t, p, startColumn, endColumn] = await Promise.all(
    (["x", "y", "t", "p", "start", "end"] as const).map(open),
  );
  const [start, end] = await Promise.all([
    startColumn.chunk(0),
    endColumn.chunk(0),
  ]);
  for (const [slice, label] of labels.entries()) {
    if (!(start[slice] < end[slice] && end[slice] <= events)) {
      throw damaged(
        `slice ${slice} is events ${start[slice]} to ${end[slice]} ` +
          `of ${events}`,
      );
    }
    if (label >= classes) {
      throw damaged(`slice ${slice} has label ${label} of ${classes}`);
    }
  }
  return {
    folder,
    attributes,
    digest,
    columns: { x, y, t, p },
    start,
    end,
  };
}
