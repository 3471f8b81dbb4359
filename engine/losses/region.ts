/**
 * Part of a sample, in ms and in bins.
 *
 * @module
 */

import { ShapeError } from "../device/errors.ts";
import type { LossSample } from "./loss.ts";

/** Part of a sample, in ms. */
export interface Region {
  /** Its first time. */
  readonly start: number;
  /** Its end, which is not in it. */
  readonly stop: number;
}

/**
 * Divides a region into bins.
 *
 * @param region The region. By default, the whole sample.
 * @param sample Time step and bins.
 * @returns Its first bin, and the first after it.
 * @throws {ShapeError} If it holds no bin, or ends after the sample.
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
