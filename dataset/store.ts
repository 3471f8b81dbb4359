/**
 * Event stores: the slices of many recordings in one Zarr v3 store.
 *
 * The root group has one group a recording, which has the columns x, y (uint8,
 * or uint16 for a sensor of more than 256 pixels), t (uint32, µs as recorded)
 * and p (uint8) with one number an event, and start, end (uint32) with one a
 * slice: slice n is events start[n] … end[n] − 1. What the groups say of
 * themselves stands in their attributes, see `store/attributes.ts`. Any reader
 * of Zarr v3 that knows the codecs `zstd` and `crc32c` can read it.
 *
 * @module
 */

import { DatasetError } from "./errors.ts";
import { allocateEvents, type Events, type Sensor } from "./events.ts";
import { join } from "./file_path.ts";
import type { SampleSource, Timing } from "./samples.ts";
import { sha256 } from "./sha256.ts";
import {
  parseRecordingAttributes,
  parseStoreAttributes,
  type RecordingAttributes,
  type StoreAttributes,
} from "./store/attributes.ts";
import { ChunkCache } from "./store/chunk_cache.ts";
import { Column, type ColumnData, readGroup } from "./zarr/columns.ts";

/** Bytes of decoded chunks that a store keeps in memory. */
const CACHE_BYTES = 64 << 20;

/** Chunks of a column read at once, whatever a slice claims to have. */
const CHUNKS_AT_ONCE = 64;

const FIELDS = ["x", "y", "t", "p"] as const;

/** What is known of a slice without reading its events. */
export interface SliceInfo {
  /** Name of the recording. */
  readonly source: string;
  /** Class, counted from 0. */
  readonly label: number;
  /** Name of the class. */
  readonly className: string;
  /** Number of the person. */
  readonly person: number;
  /** Session of the recording. */
  readonly session: string;
  /** How many events it has. */
  readonly events: number;
  /** µs from its first event to its last. */
  readonly durationUs: number;
}

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

/** An open store: slices in the order of the list it was made from. */
export interface EventStore extends SampleSource {
  /** What is known of each slice. */
  readonly slices: readonly SliceInfo[];
}

/**
 * Opens an event store that `sliceRecordings()` made.
 *
 * @param path The store.
 * @returns The store; its events are read when asked for.
 * @throws {DatasetError} If there is none, or it is incomplete or damaged.
 *
 * @example
 * ```ts
 * import { openStore } from "./store.ts";
 * const problem = await openStore("no/such.zarr").catch((e) => e.message);
 * if (!problem.includes("there is no event store")) throw new Error(problem);
 * ```
 */
export async function openStore(path: string): Promise<EventStore> {
  const attributes = await readAttributes(path)
    .catch((error) => advise(error, path));
  if (attributes === undefined) {
    throw new DatasetError(
      path,
      "there is no event store; slicing recordings makes one",
    );
  }
  const { recordings, classes } = attributes;
  const folders = recordings.map((name) => join(path, name));
  if (!attributes.complete) {
    const groups = await Promise.all(folders.map(readGroup));
    const done = groups.filter((group) => group !== undefined).length;
    throw new DatasetError(
      path,
      `it is incomplete, ${done} of ${folders.length} recordings are in it; ` +
        `slice again with the same arguments to finish it`,
    );
  }
  return new ZarrStore(
    attributes,
    await Promise.all(
      folders.map((folder) => openRecording(folder, classes.length)),
    ),
  );
}

async function readAttributes(
  path: string,
): Promise<StoreAttributes | undefined> {
  const found = await readGroup(path);
  return found && parseStoreAttributes(path, found);
}

/** Open groups of recordings, as one data set. */
export class ZarrStore implements EventStore {
  /** The sensor. */
  readonly sensor: Sensor;
  /** Whole ms since a slice's first event. */
  readonly timing: Timing = { unitUs: 1000, fromFirstEvent: true };
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** What is known of each slice. */
  readonly slices: readonly SliceInfo[];
  /** One label a slice. */
  readonly labels: readonly number[];
  readonly #places: readonly { recording: OpenRecording; slice: number }[];
  readonly #cache = new ChunkCache(CACHE_BYTES);

  /**
   * Joins recordings.
   *
   * @param attributes The sensor, and the names of the classes.
   * @param recordings The recordings, in order.
   */
  constructor(
    { sensor, classes }: Pick<StoreAttributes, "sensor" | "classes">,
    recordings: readonly OpenRecording[],
  ) {
    this.sensor = sensor;
    this.classes = classes;
    this.#places = recordings.flatMap((recording) =>
      recording.attributes.labels.map((_, slice) => ({ recording, slice }))
    );
    this.slices = this.#places.map(({ recording, slice }) => {
      const { attributes, start, end } = recording;
      return {
        source: attributes.source,
        label: attributes.labels[slice],
        className: classes[attributes.labels[slice]],
        person: attributes.person,
        session: attributes.session,
        events: end[slice] - start[slice],
        durationUs: attributes.durationsUs[slice],
      };
    });
    this.labels = this.slices.map(({ label }) => label);
  }

  /**
   * Reads the events of a slice.
   *
   * @param index Which, counted from 0.
   * @returns Its events, in the order recorded.
   * @throws {RangeError} If there is no such slice.
   * @throws {DatasetError} If the store is damaged.
   */
  async events(index: number): Promise<Events> {
    const { recording, slice } = this.#place(index);
    const { folder, columns, start, end } = recording;
    const [from, to] = [start[slice], end[slice]];
    // Room is made last: how much is known only once the chunks are there.
    const parts = await Promise.all(
      FIELDS.map((name) => this.#read(columns[name], from, to)),
    ).catch((error) => advise(error, folder));
    const events = allocateEvents(to - from);
    for (const [n, name] of FIELDS.entries()) {
      let at = 0;
      for (const part of parts[n]) {
        events[name].set(part, at);
        at += part.length;
      }
    }
    return events;
  }

  /**
   * Tells which recording a slice is of, by the attributes of its group, which
   * have the digest of the recording's file and its tags.
   *
   * @param index Which, counted from 0.
   * @returns The recording's name, and a digest of its attributes.
   * @throws {RangeError} If there is no such slice.
   */
  async origin(
    index: number,
  ): Promise<{ readonly recording: string; readonly digest: string }> {
    const { attributes } = this.#place(index).recording;
    const digest = await sha256(JSON.stringify(attributes));
    return { recording: attributes.source, digest };
  }

  #place(index: number): { recording: OpenRecording; slice: number } {
    const place = this.#places[index];
    if (place !== undefined) return place;
    throw new RangeError(
      `Cannot read slice ${index}: the store has ${this.slices.length}`,
    );
  }

  /** Reads the numbers from `from` to before `to`, a part of each chunk. */
  async #read(
    column: Column,
    from: number,
    to: number,
  ): Promise<ColumnData[]> {
    const { chunkLength } = column;
    const first = Math.floor(from / chunkLength);
    const last = Math.floor((to - 1) / chunkLength);
    const chunks: ColumnData[] = [];
    while (chunks.length <= last - first) {
      const next = first + chunks.length;
      const reads = Array.from(
        { length: Math.min(last - next + 1, CHUNKS_AT_ONCE) },
        (_, k) => this.#cache.read(column, next + k),
      );
      chunks.push(...await Promise.all(reads));
    }
    return chunks.map((chunk, k) => {
      const origin = (first + k) * chunkLength;
      return chunk.subarray(Math.max(from - origin, 0), to - origin);
    });
  }
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

/** Adds to what is wrong with a folder how to come by a good one. */
function advise(error: unknown, folder: string): never {
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
