/**
 * Regions of a sample, in ms and in bins.
 *
 * @module
 */

import { ShapeError } from "../device/errors.ts";
import type { LossSample } from "./loss.ts";

/** A time interval of a sample, in ms. */
export interface Region {
  /** Time at which the region begins. */
  readonly start: number;
  /** Time at which the region ends; a bin that begins there is outside. */
  readonly stop: number;
}

/**
 * Converts a region to bins.
 *
 * @param region The region. By default, the whole sample.
 * @param sample Time step and bins.
 * @returns The first bin of the region, and the first bin after it.
 * @throws {ShapeError} If the region contains no bin, or ends after the sample.
 */
export function regionOf(
  region: Region | undefined,
  { Ts, T }: Pick<LossSample, "Ts" | "T">,
): Region {
  if (!region) return { start: 0, stop: T };
  const start = Math.round(region.start / Ts);
  const stop = Math.round(region.stop / Ts);
  if (!(region.start >= 0 && stop > start && stop <= T)) {
    throw new ShapeError(
      `Cannot count spikes from ${region.start} to ${region.stop} ms: ` +
        `these are bins ${start} to ${stop} of a sample's ${T}`,
    );
  }
  return { start, stop };
}
