/**
 * Event stores: the slices of many recordings in one Zarr v3 store.
 *
 * The root group has one group a recording, which has the columns x, y (uint8,
 * or uint16 for a sensor of more than 256 pixels), t (uint32, µs as recorded)
 * and p (uint8) with one number an event, and start, end (uint32) with one a
 * slice: slice n is events start[n] … end[n] − 1. The attributes of the groups
 * are listed in `attributes.ts`. Any reader of Zarr v3 that knows the codecs
 * `zstd` and `crc32c` can read the store.
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

/** Properties of a slice that are known without reading its events. */
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
  /** Name of the recording in its data set. */
  readonly name?: string;
  /** Person, day or the like; absent in stores of SL-Animals. */
  readonly group?: string;
  /** Set that the data set puts it in, if it does. */
  readonly set?: SetName;
  /** Its start on the recording's clock in µs. */
  readonly startUs?: number;
  /** Number of events. */
  readonly events: number;
  /** µs from the first event to the last. */
  readonly durationUs: number;
}

/** An open store: slices in the order of the list it was made from. */
export interface EventStore extends SampleSource, Disposable {
  /** Properties of each slice. */
  readonly slices: readonly SliceInfo[];
  /** Unlocks the store for slicing; it must not be read any more. */
  [Symbol.dispose](): void;
}

/** How slices are read. */
export interface ReadOptions {
  /** Threads to read and pack slices on; the caller disposes of them. */
  readonly threads?: ReadThreads;
  /**
   * Folder in which chunks that come from a URL are kept, by the digests of
   * their bytes. @default none are kept
   */
  readonly cache?: string;
}

/**
 * Opens an event store that `sliceRecordings()` made.
 *
 * Until the store is disposed or garbage-collected, no run can slice it again,
 * which would mix events of old and new recordings. Windows and some file
 * systems have no such locks.
 *
 * A store may be on a web server that serves its files, at `http://` or
 * `https://`. A request that fails is repeated, and bytes that do not have their
 * checksum are refused. The program must be allowed to reach the server.
 *
 * @param path The store: its folder, or its URL.
 * @param options Threads to read slices on, this thread by default; and where
 *   chunks from a URL are kept.
 * @returns The store; its events are read on request.
 * @throws {DatasetError} If there is no store, it is incomplete or damaged, or
 *   another run is slicing it; if a server does not serve it.
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

/** Requires a URL to which names of files can be added. */
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

/** Takes what stores of SL-Animals do not have. */
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

/** The open groups of recordings as one data set. */
export class ZarrStore implements EventStore {
  /** The sensor. */
  readonly sensor: Sensor;
  /** Times become whole ms since the first event of a slice. */
  readonly timing: Timing = { unitUs: 1000, fromFirstEvent: true };
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** Properties of each slice. */
  readonly slices: readonly SliceInfo[];
  /** One label a slice. */
  readonly labels: readonly number[];
  readonly #places: readonly { recording: OpenRecording; slice: number }[];
  /** Reads and packs a slice on another thread; absent without threads. */
  readonly packed?: SampleSource["packed"];
  readonly #reader = new SliceReader(CACHE_BYTES);
  readonly #threads: ReadThreads | undefined;
  readonly #lock: StoreLock | undefined;
  readonly #cache: string | undefined;

  /**
   * Joins recordings to one data set.
   *
   * @param attributes Sensor and names of the classes, and optionally the
   *   threads to read slices on, the cache of chunks and the lock on the store.
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
   * Identifies the recording of a slice by the attributes of its group, among
   * which are the digest of the recording's file and its tags.
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

  /** Unlocks the store for slicing; it must not be read any more. */
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
