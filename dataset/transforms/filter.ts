/**
 * Deterministic noise filters and downsampling, for training and test samples
 * alike.
 *
 * @module
 */

import type { Events } from "../events.ts";
import { dropBackgroundActivity } from "./background_activity.ts";
import {
  coarserSensor,
  downsampleSpace,
  downsampleTime,
} from "./downsample.ts";
import { dropHotPixels, dropLonePixels } from "./hot_pixels.ts";
import type { SampleSource } from "../sample_source.ts";

/** Filters, applied in this order where given. */
export interface FilterOptions {
  /**
   * Maximum event rate of a pixel in events/s; events of faster pixels are
   * dropped, see `dropHotPixels()`.
   */
  readonly hotPixels?: number;
  /**
   * Maximum events of a pixel relative to its neighbours'; those of pixels
   * above are dropped, see `dropLonePixels()`.
   */
  readonly hotRatio?: number;
  /**
   * Time in ms for which an event supports its neighbours; unsupported events
   * are dropped, see `dropBackgroundActivity()`.
   */
  readonly backgroundActivity?: number;
  /**
   * Side in pixels of the squares merged into one pixel, see
   * `downsampleSpace()`.
   */
  readonly downsampleSpace?: number;
  /** Length of a time window in ms, see `downsampleTime()`. */
  readonly downsampleTime?: number;
}

/**
 * Applies filters to every sample of a data set as it is read.
 *
 * @param source The data set.
 * @param options The filters.
 * @returns A data set of the filtered samples.
 * @throws {RangeError} If an option is not positive, or the side of a square
 *   is not a whole number.
 *
 * @example
 * ```ts
 * import { filterSamples } from "./filter.ts";
 * import { allocateEvents, DVS128 } from "../events.ts";
 * const source = {
 *   sensor: DVS128,
 *   timing: { unitUs: 1000, fromFirstEvent: true },
 *   classes: ["cat"],
 *   labels: [0],
 *   events: () => Promise.resolve(allocateEvents(5)),
 * };
 * const coarse = filterSamples(source, { downsampleSpace: 2 });
 * if (coarse.sensor.width !== 64) throw new Error("expected 64 columns");
 * ```
 */
export function filterSamples(
  source: SampleSource,
  options: FilterOptions,
): SampleSource {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const whole = name === "downsampleSpace";
    if (!(value > 0 && value < Infinity && (!whole || value % 1 === 0))) {
      throw new RangeError(
        `Cannot filter with ${name} "${value}": a positive ` +
          `${whole ? "whole " : ""}number is needed`,
      );
    }
  }
  const sensor = coarserSensor(source.sensor, options.downsampleSpace ?? 1);
  const { timing, classes, labels, samples } = source;
  return {
    sensor,
    timing,
    classes,
    labels,
    ...(samples && { samples }),
    events: async (index) =>
      filterEvents(await source.events(index), source, options),
    ...(source.origin && { origin: (index) => source.origin!(index) }),
  };
}

function filterEvents(
  events: Events,
  { sensor }: SampleSource,
  options: FilterOptions,
): Events {
  const {
    hotPixels: rate,
    hotRatio: ratio,
    backgroundActivity,
    downsampleSpace: factor,
  } = options;
  if (rate !== undefined) events = dropHotPixels(events, { sensor, rate });
  if (ratio !== undefined) events = dropLonePixels(events, { sensor, ratio });
  if (backgroundActivity !== undefined) {
    const window = backgroundActivity;
    events = dropBackgroundActivity(events, { sensor, window });
  }
  if (factor !== undefined) {
    events = downsampleSpace(events, factor);
    sensor = coarserSensor(sensor, factor);
  }
  if (options.downsampleTime !== undefined) {
    const window = options.downsampleTime;
    events = downsampleTime(events, { sensor, window });
  }
  return events;
}
