/**
 * Recordings as a data set, without a separate event store.
 *
 * @module
 */

import { DVS128 } from "../events.ts";
import { RecordingCache } from "./recording_cache.ts";
import { readClasses, readFileList } from "../formats/sl_animals.ts";
import type { RecordingFolders } from "./slice.ts";
import { inParallel } from "../threads/in_parallel.ts";
import { inspectRecording } from "./slice_source.ts";
import { sliceThreads } from "./slice_threads.ts";
import {
  type EventStore,
  type ReadOptions,
  ZarrStore,
} from "../store/store.ts";

/** Options for opening recordings. */
export interface RecordingsOptions extends RecordingFolders, ReadOptions {
  /** The list of recordings to take, one NAME per line. */
  readonly list: string;
  /** The class definitions. */
  readonly classes: string;
  /** Cache folder of slices for later runs; it may be deleted at any time. */
  readonly cache: string;
  /**
   * Order of the axes in an address, see `readAedat()`.
   *
   * @default "reference"
   */
  readonly axes?: "reference" | "jaer";
  /** Called with a line for each recording that is cut off. */
  readonly onRemark?: (remark: string) => void;
  /** Called after each recording with the number done and the total. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Opens recordings with their tags as one data set.
 *
 * Every recording is read, several in parallel, so that errors are found before
 * training. The cache stores its slices under a digest of everything they
 * depend on: the whole content of the file, the tags, the axes and the version
 * of the cache's layout. For a cached recording only the digest and the
 * checksums of its slices are verified. A changed recording has another digest,
 * so cached slices are never out of date. Several runs may share a cache. A
 * recording that is cut off is sliced up to there, without the tags that reach
 * beyond.
 *
 * @param options Recordings, tags, classes, cache and threads.
 * @returns The slices, in the order of the list; events are read on demand.
 * @throws {DatasetError} If the list, the classes or a tag file cannot be used,
 *   if a tag holds no event, if a recording
 *   changes while it is read, or if the cache cannot be written.
 * @throws {RecordingError} If a recording cannot be read or ends before the end
 *   of every tag.
 * @throws {RangeError} If the axes are unknown.
 *
 * @example
 * ```ts
 * import { encodeAedat } from "../formats/aedat2/aedat_encode.ts";
 * import { openRecordings } from "./recordings.ts";
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
 * const { slices } = await openRecordings({
 *   recordings: data,
 *   tags: data,
 *   list: `${data}/list.txt`,
 *   classes: `${data}/signs.csv`,
 *   cache: `${data}/cache`,
 * });
 * if (slices[0].events !== 2) throw new Error("expected two events in the slice");
 * await Deno.remove(data, { recursive: true });
 * ```
 */
export async function openRecordings(
  options: RecordingsOptions,
): Promise<EventStore> {
  const { axes = "reference", onRemark, onProgress } = options;
  if (axes !== "reference" && axes !== "jaer") {
    throw new RangeError(
      `Cannot read with axes "${axes}": only "reference" and "jaer" are known`,
    );
  }
  const classes = await readClasses(options.classes);
  const names = await readFileList(options.list);
  using slicing = sliceThreads();
  const cache = new RecordingCache(options.cache, slicing);
  let done = 0;
  const remarks = new Map<string, string | undefined>();
  const recordings = await inParallel(names, async (name) => {
    const inspect = async () => {
      const source = await inspectRecording(name, classes, {
        ...options,
        axes,
      });
      remarks.set(name, source.remark);
      return source;
    };
    const recording = await cache.open(inspect, {
      sensor: DVS128,
      classes: classes.length,
    });
    onProgress?.(++done, names.length);
    return recording;
  });
  for (const name of names) {
    const remark = remarks.get(name);
    if (remark) onRemark?.(remark);
  }
  const { threads } = options;
  return new ZarrStore({ sensor: DVS128, classes, threads }, recordings);
}
