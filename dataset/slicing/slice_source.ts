/**
 * Reads the tags and checksums of recordings before slicing begins, so that
 * errors in them are found before anything is written.
 *
 * @module
 */

import { DatasetError, RecordingError } from "../files/errors.ts";
import { DVS128 } from "../events.ts";
import { join } from "../files/file_path.ts";
import { readNpy } from "../formats/npy.ts";
import { fileProblem } from "../files/file_problem.ts";
import { readTags, sessionOf, type Tag } from "../formats/sl_animals.ts";
import type { RecordingOrigin } from "../store/attributes.ts";

/** A recording and its tags. */
export interface SliceSource {
  /** The recording's file, or the folder of its slices. */
  readonly recording: string;
  /** The files of its slices, if the Python programs have sliced it. */
  readonly slices?: readonly string[];
  /** The tags. */
  readonly tags: readonly Tag[];
  /** The tag file, or the folder of the slices; for error messages. */
  readonly tagFile: string;
  /** Attributes of its group that describe its origin. */
  readonly origin: TaggedOrigin;
}

/** Origin of a recording of the DVS128, whose addresses are read in some axes. */
export type TaggedOrigin = RecordingOrigin & {
  readonly axes: "reference" | "jaer";
};

/** Folders of recordings and tags, and the axes of recordings. */
export interface SourceOptions {
  /** Folder of the recordings, NAME.aedat. */
  readonly recordings: string;
  /** Folder of the tag files, NAME.csv. */
  readonly tags: string;
  /** Which bits of an address are which axis, see `readAedat()`. */
  readonly axes: "reference" | "jaer";
}

/**
 * Reads the tags of a recording, and its checksum.
 *
 * @param name Name of the recording, such as `user00_indoor`.
 * @param classes Names of the classes.
 * @param options Folders of recordings and tags, and the axes.
 * @returns All that slicing the recording takes.
 * @throws {DatasetError} If the tag file cannot be used.
 * @throws {RecordingError} If the recording cannot be read.
 */
export async function inspectRecording(
  name: string,
  classes: readonly string[],
  options: SourceOptions,
): Promise<SliceSource> {
  const recording = join(options.recordings, `${name}.aedat`);
  const tagFile = join(options.tags, `${name}.csv`);
  const tags = await readTags(tagFile, classes);
  const sha256 = await checksum([recording]);
  const origin = describe(name, tags, sha256, options.axes);
  return { recording, tags, tagFile, origin };
}

/**
 * Reads the lengths and the checksum of slices that the Python programs made,
 * NAME_00.npy and so on, one a class.
 *
 * @param name Name of the recording.
 * @param classes Names of the classes.
 * @param options Folder of the slices, and the axes of the store.
 * @returns Lengths, places and checksum of the slices, as consecutive signs of
 *   a recording.
 * @throws {DatasetError} If a slice cannot be read or has no events.
 */
export async function inspectSlices(
  name: string,
  classes: readonly string[],
  options: { readonly slices: string; readonly axes: "reference" | "jaer" },
): Promise<SliceSource> {
  const folder = options.slices;
  const slices = classes.map((_, label) =>
    join(folder, `${name}_${`${label}`.padStart(2, "0")}.npy`)
  );
  const tags: Tag[] = [];
  let start = 0;
  for (const [label, path] of slices.entries()) {
    const end = start + (await readNpy(path, DVS128)).t.length;
    if (end === start) throw new DatasetError(path, "it has no events");
    tags.push({ label, start, end });
    start = end;
  }
  const origin = describe(name, tags, await checksum(slices), options.axes);
  return { recording: folder, slices, tags, tagFile: folder, origin };
}

function describe(
  name: string,
  tags: readonly Tag[],
  sha256: string,
  axes: "reference" | "jaer",
): TaggedOrigin {
  return {
    source: name,
    sha256,
    axes,
    ...sessionOf(name),
    labels: tags.map(({ label }) => label),
    tagStarts: tags.map(({ start }) => start),
    tagEnds: tags.map(({ end }) => end),
  };
}

async function checksum(paths: readonly string[]): Promise<string> {
  // Imported here because browsers, which import this module too, have none.
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  for (const path of paths) {
    try {
      using file = await Deno.open(path);
      for await (const bytes of file.readable) hash.update(bytes);
    } catch (cause) {
      throw new RecordingError(path, fileProblem(cause), { cause });
    }
  }
  return hash.digest("hex");
}
