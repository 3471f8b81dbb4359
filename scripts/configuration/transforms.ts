/**
 * From a configuration to what is done to samples.
 *
 * @module
 */

import { augmentEvents } from "../../dataset/transforms/augment.ts";
import type { BatchOptions } from "../../dataset/batches.ts";
import { filterSamples } from "../../dataset/transforms/filter.ts";
import type { SampleSource } from "../../dataset/sample_source.ts";
import type { EventStore } from "../../dataset/store/store.ts";
import type { Configuration } from "./types.ts";

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
  if (filter === undefined) return source;
  const { slices } = source as Partial<EventStore>;
  const coarse = filterSamples(source, {
    hotPixels: filter.hot_pixels,
    backgroundActivity: filter.background_activity,
    downsampleSpace: filter.downsample_space,
    downsampleTime: filter.downsample_time,
  });
  // Whose they are stays known.
  return Object.assign(coarse, slices && { slices });
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
