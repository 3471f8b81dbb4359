/**
 * From a configuration to samples, as recorded.
 *
 * @module
 */

import { join } from "node:path";
import { openRecordings } from "../dataset/recordings.ts";
import { type EventStore, openStore } from "../dataset/store.ts";
import type { Configuration } from "./configuration/types.ts";
import { createProgress, type Progress } from "./progress.ts";

/**
 * Opens the recordings of a configuration: the store of their slices, or the
 * recordings themselves, which shows progress.
 *
 * @param configuration The configuration.
 * @returns The slices, as recorded.
 * @throws {DatasetError} If the store, a list or a tag file cannot be used.
 * @throws {RecordingError} If a recording cannot be read.
 */
export async function openSlices(
  { training }: Configuration,
): Promise<EventStore> {
  const { store, data, file_list: list, cache } = training.path;
  if (training.sliced_dataset) return await openStore(store);
  let progress: Progress | undefined;
  try {
    return await openRecordings({
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
