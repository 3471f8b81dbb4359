/**
 * Tags and checksums of recordings, read before slicing begins so that errors
 * are found before anything is written.
 *
 * @module
 */

import { DatasetError, RecordingError } from "../files/errors.ts";
import { DVS128 } from "../events.ts";
import { RecordingFile } from "../files/buffered_file.ts";
import { join } from "../files/file_path.ts";
import {
  readAedatHeader,
  zeroRecords,
} from "../formats/aedat2/aedat_header.ts";
import { readNpy } from "../formats/npy.ts";
import { cutInWords, placeInWords } from "../formats/reading/cut_off.ts";
import { findZeroTail } from "../formats/reading/zero_tail.ts";
import { fileProblem } from "../files/file_problem.ts";
import { readTags, sessionOf, type Tag } from "../formats/sl_animals.ts";
import type { RecordingOrigin } from "../store/attributes.ts";

/** A recording with its tags. */
export interface SliceSource {
  /** Path of the recording, or the folder of its slices. */
  readonly recording: string;
  /** Paths of its slices, if the reference Python programs have sliced it. */
  readonly slices?: readonly string[];
  /** The tags. */
  readonly tags: readonly Tag[];
  /** The tag file, or the folder of the slices, for error messages. */
  readonly tagFile: string;
  /** Remark on a recording that is cut off or ends before a tag, one line. */
  readonly remark?: string;
  /** Attributes that identify the origin of its slices. */
  readonly origin: TaggedOrigin;
}

/** Origin of a DVS128 recording, with the axes in which addresses are read. */
export type TaggedOrigin = RecordingOrigin & {
  readonly axes: "reference" | "jaer";
};

/** Folders of recordings and tags, and the axes of recordings. */
export interface SourceOptions {
  /** Folder of the recordings, NAME.aedat. */
  readonly recordings: string;
  /** Folder of the tag files, NAME.csv. */
  readonly tags: string;
  /** Order of the axes in an address, see `readAedat()`. */
  readonly axes: "reference" | "jaer";
}

/**
 * Reads the tags and the checksum of a recording. Tags that reach beyond its end
 * are left out, since it is cut off.
 *
 * @param name Name of the recording, such as `user00_indoor`.
 * @param classes Names of the classes.
 * @param options Folders of recordings and tags, and the axes.
 * @returns The recording, its tags and its origin.
 * @throws {DatasetError} If the tag file cannot be used.
 * @throws {RecordingError} If the recording cannot be read, or ends before the
 *   end of every tag.
 */
export async function inspectRecording(
  name: string,
  classes: readonly string[],
  options: SourceOptions,
): Promise<SliceSource> {
  const recording = join(options.recordings, `${name}.aedat`);
  const tagFile = join(options.tags, `${name}.csv`);
  const all = await readTags(tagFile, classes);
  const sha256 = await checksum([recording]);
  const { records, ...cut } = await findEnd(recording);
  const tags = all.filter(({ end }) => end <= records);
  const tagsEnd = all.reduce((last, { end }) => Math.max(last, end), 0);
  const place = cut.offset === undefined
    ? { unit: "record" as const, end: records, tagsEnd }
    : { offset: cut.offset, zeros: cut.zeros };
  if (tags.length === 0) {
    throw new RecordingError(
      recording,
      `it ${placeInWords(place)}, before the end of every tag`,
      { offset: cut.offset },
    );
  }
  const isWhole = cut.offset === undefined && tags.length === all.length;
  return {
    recording,
    tags,
    tagFile,
    remark: isWhole ? undefined : cutInWords(recording, {
      ...place,
      lost: all.filter((tag) => !tags.includes(tag))
        .map(({ label }) => classes[label]),
      samples: all.length,
    }),
    origin: describe(name, tags, sha256, options.axes),
  };
}

/**
 * Finds the end of a recording, and where it is cut off if its file ends inside
 * a record or in zeros.
 *
 * @returns The number of records; if it is cut off, the byte offset of the
 *   incomplete record or of the zeros, and the number of zero bytes.
 */
async function findEnd(path: string): Promise<{
  readonly records: number;
  readonly offset?: number;
  readonly zeros?: number;
}> {
  using file = await RecordingFile.open(path);
  const header = await readAedatHeader(file);
  const start = file.offset;
  const tail = await findZeroTail(path, { start, ...zeroRecords(header) });
  const size = tail?.offset ?? (await Deno.stat(path)).size;
  const records = Math.floor((size - start) / header.eventBytes);
  const offset = start + records * header.eventBytes;
  if (tail) return { records, offset, zeros: tail.size - offset };
  return offset === size ? { records } : { records, offset };
}

/**
 * Reads the lengths and the checksum of the slices of the reference Python
 * programs, NAME_00.npy and so on, one per class.
 *
 * @param name Name of the recording.
 * @param classes Names of the classes.
 * @param options Folder of the slices, and the axes of the store.
 * @returns The slices, tagged as consecutive signs of one recording, and their
 *   checksum.
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
  // Imported on demand, because browsers, which also load this module, lack it.
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
