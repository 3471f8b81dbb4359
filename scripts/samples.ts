/**
 * From a configuration to samples, and to what is done to them.
 *
 * @module
 */

import { join } from "node:path";
import { augmentEvents } from "../dataset/augment.ts";
import type { BatchOptions } from "../dataset/batches.ts";
import { filterSamples } from "../dataset/filter.ts";
import { openRecordings } from "../dataset/recordings.ts";
import type { SampleSource } from "../dataset/samples.ts";
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

/**
 * Filters samples as a configuration says, for training and test alike.
 *
 * @param source The samples.
 * @param configuration The configuration.
 * @returns The samples filtered; the source itself if there is no filter.
 */
export function filtered(
  source: SampleSource,
  { training: { filter } }: Configuration,
): SampleSource {
  return filter === undefined ? source : filterSamples(source, {
    hotPixels: filter.hot_pixels,
    backgroundActivity: filter.background_activity,
    downsampleSpace: filter.downsample_space,
    downsampleTime: filter.downsample_time,
  });
}

/**
 * Says how a configuration changes training samples by chance.
 *
 * @param configuration The configuration.
 * @param source The samples.
 * @returns What changes their events, if anything does.
 */
export function augmentationOf(
  { training: { augmentation } }: Configuration,
  { sensor }: SampleSource,
): BatchOptions["augment"] {
  if (augmentation === undefined) return undefined;
  const { drop, flip_x: flipX, flip_y: flipY, shift, time_jitter: timeJitter } =
    augmentation;
  return (events, random) =>
    augmentEvents(events, {
      ...{ sensor, random, drop, flipX, flipY, shift, timeJitter },
    });
}
