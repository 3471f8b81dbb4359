/**
 * Opens the slices that a configuration names, as recorded.
 *
 * @module
 */

import { join } from "node:path";
import type { LabelledSamples } from "../../dataset/samples/labelled_samples.ts";
import { openSamples } from "../../dataset/samples/open_samples.ts";
import { openRecordings } from "../../dataset/slicing/recordings.ts";
import {
  type EventStore,
  openStore,
  type ReadOptions,
} from "../../dataset/store/store.ts";
import type { DataSection } from "../configuration/data.ts";
import type { Configuration } from "../configuration/types.ts";
import { createProgress, type Progress } from "../command_line/progress.ts";

/**
 * Opens the samples of a configuration's section `data`, and shows progress.
 *
 * @param data The section.
 * @returns The samples, as recorded.
 * @throws {DatasetError} If a file that describes them cannot be used.
 * @throws {RecordingError} If a recording cannot be read.
 */
export async function openData(data: DataSection): Promise<LabelledSamples> {
  const { path, group, ...options } = data;
  let progress: Progress | undefined;
  try {
    return await openSamples(path, {
      ...options,
      group: group === "recording"
        ? group
        : group === undefined || group === "none"
        ? undefined
        : new RegExp(group),
      onProgress(done, total) {
        progress ??= createProgress({ total, label: "recordings" });
        progress.update(done);
      },
    });
  } finally {
    progress?.[Symbol.dispose]();
  }
}

/**
 * Opens the recordings of a configuration: the store of their slices, or the
 * recordings themselves, which shows progress.
 *
 * @param configuration The configuration.
 * @param options How slices are read; by default on this thread.
 * @returns The slices, as recorded.
 * @throws {DatasetError} If the store, a list or a tag file cannot be used.
 * @throws {RecordingError} If a recording cannot be read.
 */
export async function openSlices(
  { training }: Configuration,
  options: ReadOptions = {},
): Promise<EventStore> {
  const { store, data, file_list: list, cache } = training.path;
  if (training.sliced_dataset) return await openStore(store, options);
  let progress: Progress | undefined;
  try {
    return await openRecordings({
      ...options,
      recordings: join(data, "recordings"),
      tags: join(data, "tags"),
      list,
      classes: join(data, "SL-Animals-DVS_gestures_definitions.csv"),
      cache,
      onProgress(done, total) {
        progress ??= createProgress({ total, label: "recordings" });
        progress.update(done);
      },
    });
  } finally {
    progress?.[Symbol.dispose]();
  }
}
