/**
 * Event stores: the slices of many recordings in one Zarr v3 store.
 *
 * The root group has one group per recording, which has the columns x, y
 * (uint8, or uint16 for a sensor with a side of more than 256 pixels), t
 * (uint32, µs as recorded) and p (uint8) with one number per event, and start,
 * end (uint32) with one number per slice: slice n consists of events start[n] …
 * end[n] − 1. The attributes of the groups are listed in `attributes.ts`. Any
 * reader of Zarr v3 with the codecs `zstd` and `crc32c` can read the store.
 *
 * @module
 */

import { DatasetError } from "../files/errors.ts";
import type { Events, Sensor } from "../events.ts";
import { isUrl, join } from "../files/file_path.ts";
import type { SampleSource } from "../sample_source.ts";
import type { Timing } from "../events.ts";
import type { SetName } from "../layouts/layout.ts";
import {
  parseStoreAttributes,
  type RecordingAttributes,
  type StoreAttributes,
} from "./attributes.ts";
import type { ReadJob } from "./read_job.ts";
import type { ReadThreads } from "./read_threads.ts";
import {
  advise,
  type OpenRecording,
  openRecording,
} from "./recording_group.ts";
import { CACHE_BYTES, SliceReader } from "./slice_reader.ts";
import { StoreLock } from "./store_lock.ts";
import { readGroup } from "./zarr/groups.ts";

/** Properties of a slice, known without reading its events. */
export interface SliceInfo {
  /** Name of the recording. */
  readonly source: string;
  /** Index of the class, from 0. */
  readonly label: number;
  /** Name of the class. */
  readonly className: string;
  /** Number of the person. */
  readonly person: number;
  /** Session of the recording. */
  readonly session: string;
  /** Name of the recording in its data set. */
  readonly name?: string;
  /** Group (person, day or the like); absent in stores of SL-Animals. */
  readonly group?: string;
  /** Its set in the data set's own split, if there is one. */
  readonly set?: SetName;
  /** Start on the recording's clock in µs. */
  readonly startUs?: number;
  /** Number of events. */
  readonly events: number;
  /** Time from the first to the last event in µs. */
  readonly durationUs: number;
}

/**
 * An open store. Slices are in the order of the list that the store was made
 * from.
 */
export interface EventStore extends SampleSource, Disposable {
  /** Properties of each slice, known without reading events. */
  readonly slices: readonly SliceInfo[];
  /**
   * Releases the lock against slicing; the store must not be read afterwards.
   */
  [Symbol.dispose](): void;
}

/** Options for reading a store. */
export interface ReadOptions {
  /** Threads to read and pack slices on; the caller disposes of them. */
  readonly threads?: ReadThreads;
  /**
   * Folder that caches chunks downloaded from a URL, named by the digests of
   * their bytes. @default no cache
   */
  readonly cache?: string;
}

/**
 * Opens an event store that `sliceRecordings()` made.
 *
 * The store stays locked until it is disposed or garbage-collected, so that no
 * run can slice it meanwhile and mix events of old and new recordings. Windows
 * and some file systems have no such locks.
 *
 * A store may also be at an `http://` or `https://` URL whose server serves its
 * files. Failed requests are repeated, and bytes that do not match their
 * checksum are refused. The program needs permission to reach the server.
 *
 * @param path The store: its folder, or its URL.
 * @param options Threads to read slices on (by default the calling thread), and
 *   the cache of downloaded chunks.
 * @returns The store; its events are read on demand.
 * @throws {DatasetError} If there is no store or the server does not serve it,
 *   it is incomplete or damaged, or another run is slicing it.
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
  const lock = isUrl(path)
    ? requirePlain(path)
    : stack.use(await StoreLock.acquire(path, "read"));
  const attributes = await readAttributes(path)
    .catch((error) => advise(error, path));
  if (attributes === undefined) {
    throw new DatasetError(
      path,
      "there is no event store; slice recordings to make one",
    );
  }
  const { recordings, classes, axes, sensor } = attributes;
  const folders = recordings.map((name) => join(path, name));
  if (!attributes.complete) {
    const groups = await Promise.all(
      folders.map((folder) => readGroup(folder)),
    );
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
        cache: options.cache,
      })
    ),
  );
  stack.move();
  return new ZarrStore({ sensor, classes, ...options, lock }, opened);
}

/**
 * Requires a URL to which file names can be appended, without query and
 * fragment.
 */
function requirePlain(url: string): undefined {
  if (URL.canParse(url) && !/[?#]/.test(url)) return undefined;
  throw new DatasetError(url, "expected the URL of a folder, without ? and #");
}

/**
 * Tells whether a folder is an event store, complete or not.
 *
 * @param path The folder.
 * @returns Whether it is one.
 *
 * @example
 * ```ts
 * import { isStore } from "./store.ts";
 * if (await isStore("no/such.zarr")) throw new Error("expected none");
 * ```
 */
export async function isStore(path: string): Promise<boolean> {
  const found = await readGroup(path).catch(() => undefined);
  return found?.format === "slayer-events";
}

async function readAttributes(
  path: string,
): Promise<StoreAttributes | undefined> {
  const found = await readGroup(path);
  return found && parseStoreAttributes(path, found);
}

/** Collects the properties of a slice that stores of SL-Animals lack. */
function optionalFacts(
  { name, groups, sets, startsUs }: RecordingAttributes,
  slice: number,
): Pick<SliceInfo, "name" | "group" | "set" | "startUs"> {
  if (startsUs === undefined) return {};
  return {
    name,
    group: groups?.[slice] || undefined,
    set: (sets?.[slice] || undefined) as SetName | undefined,
    startUs: startsUs[slice],
  };
}

/** Data set made of the open groups of recordings. */
export class ZarrStore implements EventStore {
  /** The sensor. */
  readonly sensor: Sensor;
  /**
   * Times are truncated to whole ms and count from the first event of a slice.
   */
  readonly timing: Timing = { unitUs: 1000, fromFirstEvent: true };
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** Properties of each slice, known without reading events. */
  readonly slices: readonly SliceInfo[];
  /** Label of each slice. */
  readonly labels: readonly number[];
  readonly #places: readonly { recording: OpenRecording; slice: number }[];
  /** Reads and packs a slice on a worker thread; absent without threads. */
  readonly packed?: SampleSource["packed"];
  readonly #reader = new SliceReader(CACHE_BYTES);
  readonly #threads: ReadThreads | undefined;
  readonly #lock: StoreLock | undefined;
  readonly #cache: string | undefined;

  /**
   * Joins recordings into one data set.
   *
   * @param attributes Sensor and class names, and optionally the threads to
   *   read slices on, the folder that caches chunks, and the lock on the store.
   * @param recordings The recordings, in order.
   */
  constructor(
    { sensor, classes, threads, cache, lock }:
      & Pick<StoreAttributes, "sensor" | "classes">
      & ReadOptions
      & { readonly lock?: StoreLock },
    recordings: readonly OpenRecording[],
  ) {
    this.sensor = sensor;
    this.classes = classes;
    this.#threads = threads;
    this.#lock = lock;
    this.#cache = cache;
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
        ...optionalFacts(attributes, slice),
        events: end[slice] - start[slice],
        durationUs: attributes.durationsUs[slice],
      };
    });
    this.labels = this.slices.map(({ label }) => label);
  }

  /**
   * Reads the events of a slice.
   *
   * @param index Index of the slice in the store.
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
   * Identifies the recording of a slice by the attributes of its group, which
   * include the digest of the recording's file and its tags.
   *
   * @param index Index of the slice in the store.
   * @returns The recording's name, and a digest of its attributes.
   * @throws {RangeError} If there is no such slice.
   */
  origin(
    index: number,
  ): Promise<{ readonly recording: string; readonly digest: string }> {
    return Promise.try(() => {
      const { attributes, digest } = this.#place(index).recording;
      return { recording: attributes.source, digest };
    });
  }

  /**
   * Releases the lock against slicing; the store must not be read afterwards.
   */
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
    const { folder, attributes, digest, start, columns: { t } } = recording;
    const { source, axes } = attributes;
    const group = {
      source,
      axes,
      sensor: this.sensor,
      classes: this.classes.length,
      digest,
      cache: this.#cache,
    };
    const chunk = Math.floor(start[slice] / t.chunkLength);
    return { folder, group, slice, chunk };
  }
}
