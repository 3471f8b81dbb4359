/**
 * Sorts dropped files by their use on the page.
 *
 * @module
 */

import { isRecording } from "../../../../../dataset/layouts/folder_tree.ts";
import type { DroppedFile } from "./dropped_files.ts";

/** The files that the page uses, by kind. */
export interface HeldFiles {
  /** Recordings, in the order of their names. */
  readonly recordings: readonly DroppedFile[];
  readonly tags?: File;
  readonly classes?: File;
  readonly configuration?: File;
  /** Weights files, sorted by name. */
  readonly weights: readonly File[];
}

/** Leading bytes by which a table of events is recognised. */
const HEAD_BYTES = 4096;

/** A line of at least four columns that starts like a number. */
const EVENT_ROW = /^\s*[-+.\d]\S*?([\s,;]+[-+.\w]+){3}/m;

/**
 * Sorts files by kind and adds them to earlier ones. Of a run folder only
 * configuration and weights are used.
 *
 * @param held Earlier files.
 * @param files New files. All recordings and weights are used; of other kinds
 * only the last file is.
 * @returns Earlier and new files.
 * @throws {RangeError} If the page can use none of the new files.
 */
export async function holdFiles(
  held: HeldFiles,
  files: readonly DroppedFile[],
): Promise<HeldFiles> {
  const found: { -readonly [Key in keyof HeldFiles]?: HeldFiles[Key] } = {};
  const weights: File[] = [];
  const recordings: DroppedFile[] = [];
  for (const dropped of files) {
    const { file } = dropped;
    const table = /\.(csv|tsv|txt)$/i.test(file.name)
      ? await file.slice(0, HEAD_BYTES).text()
      : undefined;
    if (table !== undefined && /^class\b/.test(table)) {
      const [header] = table.split(/\r|\n/, 1);
      found[/class Def/.test(header) ? "classes" : "tags"] = file;
    } else if (
      isRecording(file.name) && (table === undefined || EVENT_ROW.test(table))
    ) recordings.push(dropped);
    else if (/\.ya?ml$/i.test(file.name)) found.configuration = file;
    else if (
      /\.safetensors$/i.test(file.name) && !/^checkpoint_/.test(file.name)
    ) weights.push(file);
  }
  if (weights.length > 0) {
    found.weights = weights.sort((a, b) =>
      a.name.localeCompare(b.name, "en", { numeric: true })
    );
  }
  if (recordings.length > 0) found.recordings = recordings;
  if (Object.keys(found).length === 0) {
    throw new RangeError(
      `Cannot use "${
        files[0]?.path ?? "nothing"
      }": it is no recording, tags, ` +
        "config.yaml or weights",
    );
  }
  // Tags belong to one recording, so a new recording discards them.
  const kept = found.recordings ? { ...held, tags: undefined } : held;
  return { ...kept, ...found };
}
