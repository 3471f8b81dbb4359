/**
 * Cache folder of sliced recordings, each named by a digest of everything that
 * its slices depend on.
 *
 * @module
 */

import { DatasetError } from "../files/errors.ts";
import { join } from "../files/file_path.ts";
import { sha256 } from "../files/sha256.ts";
import type { SliceSource } from "./slice_source.ts";
import type { SliceThreads } from "./slice_threads.ts";
import {
  type GroupOptions,
  type OpenRecording,
  openRecording,
  verifyRecording,
} from "../store/recording_group.ts";
import { type RecordingOrigin, sameAttributes } from "../store/attributes.ts";
import { writeProblem } from "../store/zarr/zarr_folder.ts";

/** Version of the groups' layout, to be increased when the layout changes. */
const VERSION = 1;

/** Cache of sliced recordings on disk. */
export class RecordingCache {
  readonly #path: string;
  readonly #threads: SliceThreads;

  /**
   * Makes a cache without accessing its folder.
   *
   * @param path The folder, created when the first recording is written.
   * @param threads Threads to slice recordings on.
   */
  constructor(path: string, threads: SliceThreads) {
    this.#path = path;
    this.#threads = threads;
  }

  /**
   * Opens a recording from the cache, after slicing it if it is missing.
   *
   * A damaged recording is sliced again. Several processes may fill the cache
   * at once: each recording is renamed into place when complete, and the first
   * one is kept.
   *
   * @param inspect Reads the tags and the checksum of the recording; called
   *   once more after slicing to detect changes.
   * @param options Its sensor, and the number of classes.
   * @returns The recording.
   * @throws {RecordingError} If the recording cannot be read.
   * @throws {DatasetError} If a tag does not fit the recording, if the recording
   *   or its tags change while it is read, or if the folder cannot be written.
   */
  async open(
    inspect: () => Promise<SliceSource>,
    options: Pick<GroupOptions, "sensor" | "classes">,
  ): Promise<OpenRecording> {
    const source = await inspect();
    const { origin } = source;
    const folder = join(this.#path, await nameOf(origin));
    const group: GroupOptions = {
      source: origin.source,
      axes: origin.axes,
      sensor: options.sensor,
      classes: options.classes,
    };
    const find = () => findRecording(folder, origin, group);
    const found = await find();
    if (found !== undefined) return found;
    const partial = await this.#makePartial();
    try {
      const made = join(partial, "made");
      await this.#threads.run({ ...source, folder: made });
      if (!sameAttributes((await inspect()).origin, origin)) {
        throw new DatasetError(
          source.recording,
          "it or its tags changed while it was read",
        );
      }
      if (!await rename(made, folder)) {
        const other = await find();
        if (other !== undefined) return other;
        await rename(folder, join(partial, "damaged"));
        await rename(made, folder);
      }
    } finally {
      await Deno.remove(partial, { recursive: true });
    }
    return await openRecording(folder, group);
  }

  /** Makes a temporary folder in the same file system, so that renames work. */
  async #makePartial(): Promise<string> {
    try {
      await Deno.mkdir(this.#path, { recursive: true });
      const options = { dir: this.#path, prefix: ".partial-" };
      return await Deno.makeTempDir(options);
    } catch (cause) {
      throw new DatasetError(this.#path, writeProblem(cause), { cause });
    }
  }
}

/**
 * Returns the name of a recording in the cache, a digest of everything that its
 * slices depend on.
 */
async function nameOf(origin: RecordingOrigin): Promise<string> {
  const digest = await sha256(JSON.stringify([VERSION, origin]));
  return `${origin.source}-${digest.slice(0, 32)}`;
}

/** Opens a recording if it is cached, undamaged and made from this origin. */
async function findRecording(
  folder: string,
  origin: RecordingOrigin,
  group: GroupOptions,
): Promise<OpenRecording | undefined> {
  try {
    const recording = await verifyRecording(folder, group);
    const { attributes } = recording;
    const same = { ...attributes, ...origin };
    return sameAttributes(same, attributes) ? recording : undefined;
  } catch (error) {
    if (error instanceof DatasetError) return undefined;
    throw error;
  }
}

/** Renames a folder; returns `false` if the new name is taken. */
async function rename(from: string, to: string): Promise<boolean> {
  try {
    await Deno.rename(from, to);
    return true;
  } catch (cause) {
    const { code = "" } = cause as { code?: string };
    if (["ENOTEMPTY", "EEXIST"].includes(code)) return false;
    throw new DatasetError(to, writeProblem(cause), { cause });
  }
}
