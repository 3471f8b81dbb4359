/**
 * Strips: how the drives of a unit are shared among workgroups.
 *
 * @module
 */

import { floatsOf, type Raster, type Unit } from "../units/units.ts";

/** Lanes of a workgroup that integrates neurons. */
export const LANES = 64;

/** Bins that an invocation integrates, at most, where a strip has pixels. */
const STRIP_BINS = 512;

/** Strips of a sample that are enough to fill a device. */
const STRIPS = 1024;

/** How drives are cut into strips, by names in unit.wgsl. */
export interface Strips {
  readonly T: number;
  readonly pixels: number;
  readonly C: number;
  readonly runSize: number;
  readonly channelLanes: number;
  readonly S: number;
}

/**
 * Cuts the drives of a unit into strips of pixels.
 *
 * @param raster Channels, rows and columns of its neurons.
 * @param T Bins of a sample.
 * @returns Constants of unit.wgsl.
 */
export function stripsOf(
  { extent, runSize }: Pick<Raster, "extent" | "runSize">,
  T: number,
): Strips {
  const floats = floatsOf({ extent, runSize });
  const channelLanes = Math.min(LANES, 2 ** Math.ceil(Math.log2(floats)));
  const pixels = extent.H * extent.W;
  // Few pixels an invocation where there are few, so that the device is full.
  const steps = pixels * channelLanes / LANES;
  const each = Math.max(
    1,
    Math.min(8, Math.floor(STRIP_BINS / T), Math.floor(steps / STRIPS)),
  );
  const S = Math.ceil(pixels / (LANES / channelLanes * each));
  return { T, pixels, C: extent.C, runSize, channelLanes, S };
}

/**
 * Describes a unit's neurons as a raster, before anything is added or pooled.
 *
 * @param unit The unit.
 * @returns Extent and runs of its neurons.
 */
export function layerRaster(
  { layer }: Unit,
): Pick<Raster, "extent" | "runSize"> {
  return { extent: layer.output, runSize: layer.runSize };
}
