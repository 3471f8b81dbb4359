/**
 * Sorts the files that were dropped on the page, and opens recordings.
 *
 * @module
 */

import { DatasetError } from "../../../../dataset/files/errors.ts";
import { DVS128, type Events } from "../../../../dataset/events.ts";
import { readNmnist } from "../../../../dataset/formats/nmnist.ts";
import { readNpy } from "../../../../dataset/formats/npy.ts";
import {
  readClasses,
  readTags,
} from "../../../../dataset/formats/sl_animals.ts";
import { MOTIONS } from "../../../../dataset/synth/motions.ts";
import { readStretch } from "../../../pictures/samples/recording_stretch.ts";
import { digitSample, type PageSample, recordedSample } from "./page_sample.ts";

/** Names of the signs of SL-Animals-DVS, used without a file of class names. */
const SIGNS: readonly string[] = MOTIONS.map(({ name }) => name);

/** A recording whose signs can be played. */
export interface Recording {
  /** Its name. */
  readonly name: string;
  /** Names of its signs; none if only the whole recording can be played. */
  readonly signs: readonly string[];
  /** Reads a sign by its index, or the whole recording. */
  open(sign: number): Promise<PageSample>;
}

/** The files that the page uses, by kind. */
export interface HeldFiles {
  readonly recording?: File;
  readonly tags?: File;
  readonly classes?: File;
  readonly configuration?: File;
  /** Weights files, sorted by name. */
  readonly weights: readonly File[];
}

/**
 * Sorts files by kind and adds them to earlier ones. Of a run folder only
 * configuration and weights are used.
 *
 * @param held Earlier files.
 * @param files New files; of several of a kind the last is used, but all
 * weights are.
 * @returns Earlier and new files.
 * @throws {RangeError} If the page can use none of the new files.
 */
export async function holdFiles(
  held: HeldFiles,
  files: readonly File[],
): Promise<HeldFiles> {
  const found: { -readonly [Key in keyof HeldFiles]?: HeldFiles[Key] } = {};
  const weights: File[] = [];
  for (const file of files) {
    if (/\.(aedat|npy|bin|bs2)$/i.test(file.name)) found.recording = file;
    else if (/\.ya?ml$/i.test(file.name)) found.configuration = file;
    else if (/\.csv$/i.test(file.name)) {
      const [header] = (await file.text()).split(/\r|\n/, 1);
      found[/class Def/.test(header) ? "classes" : "tags"] = file;
    } else if (
      /\.safetensors$/i.test(file.name) && !/^checkpoint_/.test(file.name)
    ) weights.push(file);
  }
  if (weights.length > 0) {
    found.weights = weights.sort((a, b) => a.name < b.name ? -1 : 1);
  }
  if (Object.keys(found).length === 0) {
    throw new RangeError(
      `Cannot use "${
        files[0]?.name ?? "nothing"
      }": it is no recording, tags, ` +
        "config.yaml or weights",
    );
  }
  // Tags belong to one recording, so a new recording discards them.
  const kept = found.recording && held.recording
    ? { ...held, tags: undefined }
    : held;
  return { ...kept, ...found };
}

/**
 * Opens a recording.
 *
 * @param files The recording, and optionally tags and class names.
 * @returns The recording.
 * @throws {DatasetError} If tags or classes cannot be used.
 */
export async function openRecording(
  { recording: file, tags: tagFile, classes: classFile }:
    & HeldFiles
    & { readonly recording: File },
): Promise<Recording> {
  const name = file.name.replace(/\.\w+$/, "");
  const classes = classFile ? await readClasses(classFile) : SIGNS;
  const whole = (read: () => Promise<PageSample>): Recording => ({
    name,
    signs: [],
    open: read,
  });
  if (/\.(bin|bs2)$/i.test(file.name)) {
    const digits = Array.from("0123456789");
    return whole(async () =>
      digitSample(await readNmnist(file), { name, classes: digits })
    );
  }
  const facts = { name, classes };
  if (/\.npy$/i.test(file.name)) {
    return whole(async () =>
      recordedSample(await readNpy(file, DVS128), facts)
    );
  }
  const stretch = async (start: number, end: number): Promise<Events> => {
    const read = await readStretch(file, { start, end, axes: "reference" });
    if (tagFile !== undefined && end > read.records) {
      throw new DatasetError(
        tagFile.name,
        `a sign ends at record ${end}, "${file.name}" has ${read.records}`,
      );
    }
    return read.events;
  };
  if (tagFile === undefined) {
    return whole(async () => recordedSample(await stretch(0, Infinity), facts));
  }
  const tags = await readTags(tagFile, classes);
  return {
    name,
    signs: tags.map(({ label }) => classes[label]),
    async open(sign) {
      const { start, end, label } = tags[sign];
      const events = await stretch(start, end);
      return recordedSample(events, {
        classes,
        label,
        name: `${name}/${classes[label]}`,
      });
    },
  };
}
