/**
 * Slicing of tagged recordings into one event store.
 *
 * @module
 */

import { DVS128 } from "../events.ts";
import { readClasses, readFileList } from "../formats/sl_animals.ts";
import { inParallel } from "../threads/in_parallel.ts";
import { inspectRecording, inspectSlices } from "./slice_source.ts";
import { sliceThreads } from "./slice_threads.ts";
import type {
  RecordingAttributes,
  StoreAttributes,
  StoreSource,
} from "../store/attributes.ts";
import { StoreUpdate } from "../store/update.ts";

/** Folders of recordings and their tags. */
export interface RecordingFolders {
  /** Folder of the recordings, NAME.aedat. */
  readonly recordings: string;
  /** Folder of the tag files, NAME.csv. */
  readonly tags: string;
}

/** Folder of slices written by the reference Python programs. */
export interface SliceFolder {
  /** Folder of the slices, NAME_00.npy … NAME_18.npy, in reference axes. */
  readonly slices: string;
}

/** Options for slicing: recordings, tags, classes and store. */
export type SliceOptions = (RecordingFolders | SliceFolder) & {
  /** The list of recordings to take, one NAME per line. */
  readonly list: string;
  /** The class definitions. */
  readonly classes: string;
  /** The store to create or to update. */
  readonly out: string;
  /**
   * Order of the axes in an address, see `readAedat()`.
   *
   * @default "reference"
   */
  readonly axes?: "reference" | "jaer";
  /** Files that are sliced, to be named in the store. @default not named */
  readonly source?: StoreSource;
  /** Called with a line for each recording that is cut off. */
  readonly onRemark?: (remark: string) => void;
  /** Called after each recording. */
  readonly onProgress?: (progress: SliceProgress) => void;
};

/** Progress after a recording. */
export interface SliceProgress {
  /** The recording. */
  readonly recording: SlicedRecording;
  /** Number of finished recordings. */
  readonly done: number;
  /** Total number of recordings. */
  readonly total: number;
}

/** A recording in the store. */
export interface SlicedRecording extends RecordingAttributes {
  /** Whether this run sliced it; `false` if the store already had it. */
  readonly sliced: boolean;
}

/** Result of slicing. */
export interface SliceReport {
  /** The recordings of the store, in the order of the list. */
  readonly recordings: readonly SlicedRecording[];
  /**
   * Names of recordings removed from the store because they are not in the
   * list.
   */
  readonly removed: readonly string[];
  /**
   * Whether other runs were locked out; `false` where the file system has no
   * locks.
   */
  readonly locked: boolean;
}

/**
 * Slices recordings by their tags into one event store.
 *
 * Several recordings are sliced in parallel, each in one pass and constant
 * memory. An existing store is completed or updated: recordings with intact
 * checksums whose file, tags and axes have not changed are kept, others are
 * sliced again, and those not in the list are removed. Meanwhile no other run
 * can read or slice the store. A run that was killed can be repeated, and the
 * resulting store is identical, byte for byte. The attributes of the root
 * group, which mark the store as complete, are written last. A recording that is
 * cut off is sliced up to there, without the tags that reach beyond.
 *
 * @param options Recordings, tags, classes and store.
 * @returns The recordings of the store, and those removed from it.
 * @throws {DatasetError} If the list, the classes or a tag file cannot be used,
 *   if a tag holds no event, if `out` is a folder of other files or slices or is
 *   being read or sliced by another run, or if writing fails. The store may then
 *   be incomplete.
 * @throws {RecordingError} If a recording cannot be read or ends before the end
 *   of every tag.
 * @throws {RangeError} If the axes are unknown.
 *
 * @example
 * ```ts
 * import { encodeAedat } from "../formats/aedat2/aedat_encode.ts";
 * import { sliceRecordings } from "./slice.ts";
 * import { openStore } from "../store/store.ts";
 * const data = await Deno.makeTempDir();
 * const recording = encodeAedat({
 *   x: Uint16Array.of(5, 6, 7, 8),
 *   y: Uint16Array.of(1, 1, 2, 2),
 *   t: Uint32Array.of(1000, 2000, 3000, 4000),
 *   p: Uint8Array.of(0, 1, 0, 1),
 * });
 * await Deno.writeFile(
 *   `${data}/user00_indoor.aedat`,
 *   ReadableStream.from(recording),
 * );
 * await Deno.writeTextFile(`${data}/list.txt`, "user00_indoor\n");
 * await Deno.writeTextFile(`${data}/signs.csv`, "class,class Def\n1,cat\n");
 * await Deno.writeTextFile(
 *   `${data}/user00_indoor.csv`,
 *   "class,startTime_ev,endTime_ev\n1,1,3\n",
 * );
 * await sliceRecordings({
 *   recordings: data,
 *   tags: data,
 *   list: `${data}/list.txt`,
 *   classes: `${data}/signs.csv`,
 *   out: `${data}/events.zarr`,
 * });
 * const store = await openStore(`${data}/events.zarr`);
 * const { x, t } = await store.events(0);
 * if (x.join() !== "6,7" || t[0] !== 2000) throw new Error("sliced wrongly");
 * await Deno.remove(data, { recursive: true });
 * ```
 */
export async function sliceRecordings(
  options: SliceOptions,
): Promise<SliceReport> {
  const { out, axes = "reference", onRemark, onProgress } = options;
  if (axes !== "reference" && axes !== "jaer") {
    throw new RangeError(
      `Cannot slice with axes "${axes}": only "reference" and "jaer" are known`,
    );
  }
  const classes = await readClasses(options.classes);
  const names = await readFileList(options.list);
  const store: StoreAttributes = {
    format: "slayer-events",
    version: 1,
    complete: true,
    sensor: DVS128,
    axes,
    timeUnit: "µs",
    classes,
    recordings: names,
    source: options.source,
  };
  await using update = await StoreUpdate.open(out);
  const sources = await inParallel(
    names,
    (name) =>
      "slices" in options
        ? inspectSlices(name, classes, { ...options, axes })
        : inspectRecording(name, classes, { ...options, axes }),
  );
  for (const { remark } of sources) if (remark) onRemark?.(remark);
  const found = await inParallel(
    sources,
    ({ origin }) => update.find(origin, store),
  );
  update.requireSameData(store, found.flatMap((there) => there?.source ?? []));
  const removed = await update.others(names);
  const unchanged = found.every((recording) => recording !== undefined) &&
    removed.length === 0 && update.says(store);

  let done = 0;
  const report = (attributes: RecordingAttributes, sliced: boolean) => {
    const recording = { ...attributes, sliced };
    onProgress?.({ recording, done: ++done, total: names.length });
    return recording;
  };
  if (!unchanged) await update.begin(store);
  for (const name of removed) await update.remove(name);
  using threads = sliceThreads();
  const recordings = await inParallel(sources, async (source, index) => {
    const there = found[index];
    if (there !== undefined) return report(there, false);
    const { origin } = source;
    const folder = update.partial(origin.source);
    const attributes = await threads.run({ ...source, folder });
    await update.place(origin.source);
    return report(attributes, true);
  });
  if (!unchanged) await update.complete(store);
  return { recordings, removed, locked: update.locked };
}
