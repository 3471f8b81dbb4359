/**
 * Filters the events of a live recording.
 *
 * @module
 */

import type { Sensor } from "../../dataset/events.ts";
import { ActivityMap } from "../../dataset/transforms/background_activity.ts";
import type { FilterOptions } from "../../dataset/transforms/filter.ts";
import { PixelCounts } from "../../dataset/transforms/hot_pixels.ts";

/** Filters that can be applied to events as they come. */
export type LiveFilterOptions = Pick<
  FilterOptions,
  "hotRatio" | "backgroundActivity"
>;

/**
 * Tells which events a network is to see.
 *
 * Background activity is filtered as in a test. Whether a pixel is hot is known
 * in a test from the whole sample, and here from the window so far and the one
 * before, so that the first events of a hot pixel are kept in the first window.
 */
export class LiveFilter {
  readonly #active: ActivityMap | undefined;
  /** Events by pixel in this window, and in the one before. */
  readonly #counts: [PixelCounts, PixelCounts] | undefined;
  #hot = 0;
  #noise = 0;

  /**
   * @param sensor The sensor.
   * @param options The filters.
   */
  constructor(
    sensor: Sensor,
    { hotRatio, backgroundActivity }: LiveFilterOptions,
  ) {
    this.#active = backgroundActivity === undefined
      ? undefined
      : new ActivityMap(sensor, backgroundActivity);
    this.#counts = hotRatio === undefined
      ? undefined
      : [new PixelCounts(sensor, hotRatio), new PixelCounts(sensor, hotRatio)];
  }

  /** Number of events dropped because their pixel is hot. */
  get hot(): number {
    return this.#hot;
  }

  /** Number of events dropped because no neighbour supports them. */
  get noise(): number {
    return this.#noise;
  }

  /** Begins a window. */
  beginWindow(): void {
    this.#active?.clear();
    this.#counts?.reverse();
    this.#counts?.[0].clear();
  }

  /**
   * Adds an event.
   *
   * @param x Its column.
   * @param y Its row.
   * @param us Its time in µs.
   * @returns Whether it is kept.
   */
  add(x: number, y: number, us: number): boolean {
    this.#counts?.[0].add(x, y);
    if (this.#counts?.some((counts) => counts.isHot(x, y))) {
      this.#hot++;
      return false;
    }
    if (this.#active?.add(x, y, us) === false) {
      this.#noise++;
      return false;
    }
    return true;
  }
}
