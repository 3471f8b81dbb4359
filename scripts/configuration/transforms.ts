/**
 * Applies the filters and augmentation of a configuration to samples.
 *
 * @module
 */

import { augmentEvents } from "../../dataset/transforms/augment.ts";
import type { SampleCache } from "../../dataset/batches.ts";
import {
  SampleSet,
  type SampleSetOptions,
} from "../../dataset/samples/sample_set.ts";
import { filterSamples } from "../../dataset/transforms/filter.ts";
import type { SampleSource } from "../../dataset/sample_source.ts";
import type { EventStore } from "../../dataset/store/store.ts";
import { binningOf } from "./model.ts";
import { isLayerwise } from "./schema/network.ts";
import type { Configuration } from "./schema/types.ts";

/**
 * Applies the filters of a configuration that change events, to training and
 * test samples alike.
 *
 * @param source The samples.
 * @param configuration The configuration.
 * @returns The filtered samples; the source itself without a filter.
 */
export function filtered(
  source: SampleSource,
  { training: { filter } }: Configuration,
): SampleSource {
  const options = {
    hotPixels: filter?.hot_pixels,
    hotRatio: filter?.hot_ratio,
    backgroundActivity: filter?.background_activity,
    downsampleSpace: filter?.downsample_space,
    downsampleTime: filter?.downsample_time,
  };
  if (Object.values(options).every((value) => value === undefined)) {
    return source;
  }
  const { slices } = source as Partial<EventStore>;
  const coarse = filterSamples(source, options);
  // Cross-validation needs the store's slices, which name the person.
  return Object.assign(coarse, slices && { slices });
}

/**
 * Selects samples for training, or for validation and test. Random crops and
 * augmentation apply to training only.
 *
 * @param source The data set, filtered.
 * @param configuration The configuration.
 * @param options Indices of the samples, their use, and the cache of packed
 * samples.
 * @returns The samples.
 */
export function chooseSamples(
  source: SampleSource,
  configuration: Configuration,
  { indices, use, cache }: {
    readonly indices?: readonly number[];
    readonly use: "train" | "test";
    readonly cache?: SampleCache;
  },
): SampleSet {
  const { training } = configuration;
  const { method } = binningOf(configuration);
  if (use === "test") return new SampleSet(source, { indices, method, cache });
  return new SampleSet(source, {
    indices,
    method,
    crop: training.random_crop ? "random" : "fixed",
    // For networks computed layer by layer the device augments samples.
    augment: isLayerwise(configuration)
      ? undefined
      : augmentationOf(training, source),
    cache,
  });
}

/** Makes the function that augments events, if augmentation is configured. */
function augmentationOf(
  { augmentation }: Configuration["training"],
  { sensor }: SampleSource,
): SampleSetOptions["augment"] {
  if (augmentation === undefined) return undefined;
  // Only networks computed layer by layer may have ranges.
  return (events, random) =>
    augmentEvents(events, {
      sensor,
      random,
      drop: augmentation.drop as number | undefined,
      flipX: augmentation.flip_x,
      flipY: augmentation.flip_y,
      shift: augmentation.shift as number | undefined,
      timeJitter: augmentation.time_jitter,
    });
}
