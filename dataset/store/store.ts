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

import { DatasetError } from "../errors.ts";
import type { Events, Sensor } from "../events.ts";
import { join } from "../files/file_path.ts";
import type { SampleSource } from "../sample_source.ts";
import type { Timing } from "../events.ts";
import { sha256 } from "../files/sha256.ts";
import { parseStoreAttributes, type StoreAttributes } from "./attributes.ts";
import type { ReadJob } from "./read_job.ts";
import type { ReadThreads } from "./read_threads.ts";
import {
  advise,
  type OpenRecording,
  openRecording,
} from "./recording_group.ts";
import { CACHE_BYTES, SliceReader } from "./slice_reader.ts";
import { StoreLock } from "./store_lock.ts";
import { readGroup } from "./zarr_columns.ts";

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

/** An open store: slices in the order of the list it was made from. */
export interface EventStore extends SampleSource, Disposable {
  /** What is known of each slice. */
  readonly slices: readonly SliceInfo[];
  /** Allows the store to be sliced anew; it must not be read from then on. */
  [Symbol.dispose](): void;
}

/** How slices are read. */
export interface ReadOptions {
  /** Threads to read and pack them on; its owner ends them. */
  readonly threads?: ReadThreads;
}

/**
 * Opens an event store that `sliceRecordings()` made.
 *
 * Until it is disposed, or nothing can read from it any more, nobody can slice
 * the store anew: the slices of one recording and of another would be mixed.
 * Windows and file systems without locks cannot prevent it.
 *
 * @param path The store.
 * @param options How its slices are read; on this thread unless said otherwise.
 * @returns The store; its events are read when asked for.
 * @throws {DatasetError} If there is none, it is incomplete or damaged, or
 *   another run slices it.
 *
 * @example
 * ```ts
 * import { openStore } from "./store.ts";
 * const problem = await openStore("no/such.zarr").catch((e) => e.message);
 * if (!problem.includes("there is no event store")) throw new Error(problem);
 * ```
 */
export async function openStore(
  path: string,
  options: ReadOptions = {},
): Promise<EventStore> {
  using stack = new DisposableStack();
  const lock = stack.use(await StoreLock.acquire(path, "read"));
  const attributes = await readAttributes(path)
    .catch((error) => advise(error, path));
  if (attributes === undefined) {
    throw new DatasetError(
      path,
      "there is no event store; slicing recordings makes one",
    );
  }
  const { recordings, classes, axes, sensor } = attributes;
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
  const opened = await Promise.all(
    recordings.map((source, index) =>
      openRecording(folders[index], {
        source,
        axes,
        sensor,
        classes: classes.length,
      })
    ),
  );
  stack.move();
  return new ZarrStore({ sensor, classes, ...options, lock }, opened);
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
  /** Packs a slice where it is read, on another thread; only if there are. */
  readonly packed?: SampleSource["packed"];
  readonly #reader = new SliceReader(CACHE_BYTES);
  readonly #threads: ReadThreads | undefined;
  readonly #lock: StoreLock | undefined;

  /**
   * Joins recordings.
   *
   * @param attributes The sensor, the names of the classes, maybe threads to
   * read on, and what keeps the recordings as they are.
   * @param recordings The recordings, in order.
   */
  constructor(
    { sensor, classes, threads, lock }:
      & Pick<StoreAttributes, "sensor" | "classes">
      & ReadOptions
      & { readonly lock?: StoreLock },
    recordings: readonly OpenRecording[],
  ) {
    this.sensor = sensor;
    this.classes = classes;
    this.#threads = threads;
    this.#lock = lock;
    if (threads) {
      this.packed = async (index, binning) => {
        const { sensor, timing } = this;
        const job = this.#job(index);
        const { source, className } = this.slices[index];
        const name = `"${source}/${className}"`;
        const packing = { ...binning, sensor, timing, name };
        await this.#lock?.requireSame();
        return await threads.packed({ ...job, packing });
      };
    }
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
    await this.#lock?.requireSame();
    return await (this.#threads?.events(this.#job(index)) ??
      this.#reader.events(recording, slice));
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

  /** Allows the store to be sliced anew. */
  [Symbol.dispose](): void {
    this.#lock?.[Symbol.dispose]();
  }

  #place(index: number): { recording: OpenRecording; slice: number } {
    const place = this.#places[index];
    if (place === undefined) {
      throw new RangeError(
        `Cannot read slice ${index}: the store has ${this.slices.length}`,
      );
    }
    return place;
  }

  #job(index: number): Omit<ReadJob, "packing"> {
    const { recording, slice } = this.#place(index);
    const { folder, attributes, start, columns: { t } } = recording;
    const { source, axes } = attributes;
    const group = {
      source,
      axes,
      sensor: this.sensor,
      classes: this.classes.length,
    };
    const chunk = Math.floor(start[slice] / t.chunkLength);
    return { folder, group, slice, chunk };
  }
}
