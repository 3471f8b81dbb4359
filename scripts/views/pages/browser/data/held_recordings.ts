/**
 * Opens the recordings dropped on the page.
 *
 * @module
 */

import { DatasetError } from "../../../../../dataset/files/errors.ts";
import { DVS128, type Events } from "../../../../../dataset/events.ts";
import { readNmnist } from "../../../../../dataset/formats/nmnist.ts";
import { readNpy } from "../../../../../dataset/formats/npy.ts";
import { openRecording } from "../../../../../dataset/formats/open_recording.ts";
import {
  readClasses,
  readTags,
} from "../../../../../dataset/formats/sl_animals.ts";
import { sortNames } from "../../../../../dataset/layouts/folder_tree.ts";
import { labelPaths } from "../../../../../dataset/layouts/folders.ts";
import { readColumns } from "../../../../../dataset/samples/read_columns.ts";
import { MOTIONS } from "../../../../../dataset/synth/motions.ts";
import { readStretch } from "../../../pictures/samples/recording_stretch.ts";
import type { DroppedFile } from "./dropped_files.ts";
import type { HeldFiles } from "./held_files.ts";
import {
  digitSample,
  type PageSample,
  recordedSample,
  type SampleFacts,
  uprightSample,
} from "./page_sample.ts";

/** Names of the signs of SL-Animals-DVS, used without a file of class names. */
const SIGNS: readonly string[] = MOTIONS.map(({ name }) => name);

/** Names of the classes of N-MNIST. */
const DIGITS: readonly string[] = Array.from("0123456789");

/** Recordings to play: one recording, its signs, or those in a folder. */
export interface Recording {
  /** Names to choose from; empty if there is only one choice. */
  readonly signs: readonly string[];
  /** Reads the chosen recording or sign, by index. */
  open(sign: number): Promise<PageSample>;
}

/**
 * Opens recordings.
 *
 * @param files The recordings, and optionally tags and class names.
 * @returns The recordings; if there are tags, the signs of one of them.
 * @throws {DatasetError} If tags or classes cannot be used.
 */
export async function openRecordings(
  { recordings, tags: tagFile, classes: classFile }: HeldFiles,
): Promise<Recording> {
  const classes = classFile ? await readClasses(classFile) : SIGNS;
  if (tagFile !== undefined) {
    const stem = stemOf(tagFile.name);
    const { file } = recordings.find(({ file }) =>
      stemOf(file.name) === stem
    ) ??
      recordings.at(-1)!;
    return await openTagged(file, tagFile, classes);
  }
  if (recordings.length > 1) return openFolder(recordings, classes);
  const [{ file }] = recordings;
  const facts = { name: stemOf(file.name), classes };
  return { signs: [], open: () => readWhole(file, facts) };
}

/** Opens recordings of any format; folders may name their classes. */
function openFolder(
  files: readonly DroppedFile[],
  classes: readonly string[],
): Recording {
  const byPath = new Map(files.map(({ path, file }) => [path, file]));
  // Either several folders of classes were dropped, or one that contains them.
  const tops = new Set(
    files.map(({ path }) => path.split("/")).filter(({ length }) => length > 1)
      .map(([top]) => top),
  );
  const depth = tops.size > 1 ? 0 : 1;
  const below = (path: string) => path.split("/").slice(depth).join("/");
  const paths = sortNames(byPath.keys());
  const labelled = new Map(
    labelPaths(paths.map(below)).samples
      .map(({ recording, label }) => [recording, label]),
  );
  const labels = sortNames(new Set(labelled.values()));
  return {
    signs: paths.map((path) => stemOf(below(path))),
    async open(sign) {
      const path = paths[sign];
      const label = labelled.get(below(path));
      return uprightSample(await readColumns({ path: byPath.get(path)! }), {
        name: stemOf(below(path)),
        classes: labels.length > 0 ? labels : classes,
        label: label === undefined ? undefined : labels.indexOf(label),
      });
    },
  };
}

/** Reads a single recording; AEDAT 1.0 and 2.0 in reference axes. */
async function readWhole(
  file: File,
  facts: SampleFacts,
): Promise<PageSample> {
  if (/\.(bin|bs2)$/i.test(file.name)) {
    return digitSample(await readNmnist(file), { ...facts, classes: DIGITS });
  }
  if (/_\d\d\.npy$/i.test(file.name)) {
    return recordedSample(await readNpy(file, DVS128), facts);
  }
  const { format } = await openRecording(file);
  if (/^AEDAT [12]\.0$/.test(format)) {
    const { events } = await readStretch(file, {
      start: 0,
      end: Infinity,
      axes: "reference",
    });
    return recordedSample(events, facts);
  }
  return uprightSample(await readColumns({ path: file }), facts);
}

/** Opens the signs of a recording of SL-Animals. */
async function openTagged(
  file: File,
  tagFile: File,
  classes: readonly string[],
): Promise<Recording> {
  const name = stemOf(file.name);
  const tags = await readTags(tagFile, classes);
  const stretch = async (start: number, end: number): Promise<Events> => {
    const read = await readStretch(file, { start, end, axes: "reference" });
    if (end <= read.records) return read.events;
    throw new DatasetError(
      tagFile.name,
      `a sign ends at record ${end}, "${file.name}" has ${read.records}`,
    );
  };
  return {
    signs: tags.map(({ label }) => classes[label]),
    async open(sign) {
      const { start, end, label } = tags[sign];
      return recordedSample(await stretch(start, end), {
        classes,
        label,
        name: `${name}/${classes[label]}`,
      });
    },
  };
}

function stemOf(name: string): string {
  return name.replace(/\.\w+$/, "");
}
