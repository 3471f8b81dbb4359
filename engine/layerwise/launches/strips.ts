/**
 * Strips: division of the drives of a unit among workgroups.
 *
 * @module
 */

import { floatsOf, type Raster, type Unit } from "../units/units.ts";

/** Invocations per workgroup of kernels that integrate neurons. */
export const LANES = 64;

/**
 * Limit on the bins that an invocation integrates per strip, if it can be met.
 */
const STRIP_BINS = 512;

/** Number of strips of a sample that occupies a GPU. */
const STRIPS = 1024;

/** Number of strips of a sample on a software adapter, which has few threads. */
const STRIPS_IN_SOFTWARE = 32;

/** Division of drives into strips, by names in unit.wgsl. */
export interface Strips {
  readonly T: number;
  readonly pixels: number;
  readonly C: number;
  readonly runSize: number;
  readonly channelLanes: number;
  readonly S: number;
}

/**
 * Divides the drives of a unit into strips of pixels.
 *
 * @param raster Channels, rows and columns of its neurons.
 * @param setting Bins of a sample, and whether the device computes on the CPU.
 * @returns Constants of unit.wgsl.
 */
export function stripsOf(
  { extent, runSize }: Pick<Raster, "extent" | "runSize">,
  { T, software = false }: { readonly T: number; readonly software?: boolean },
): Strips {
  const floats = floatsOf({ extent, runSize });
  const channelLanes = Math.min(LANES, 2 ** Math.ceil(Math.log2(floats)));
  const pixels = extent.H * extent.W;
  // Fewer pixels per invocation where there are few pixels, to occupy the
  // device.
  const steps = pixels * channelLanes / LANES;
  const most = software ? STRIPS_IN_SOFTWARE : STRIPS;
  const each = Math.max(
    1,
    Math.min(8, Math.floor(STRIP_BINS / T), Math.floor(steps / most)),
  );
  const S = Math.ceil(pixels / (LANES / channelLanes * each));
  return { T, pixels, C: extent.C, runSize, channelLanes, S };
}

/**
 * Describes a unit's neurons as a raster, before residual connection and
 * pooling.
 *
 * @param unit The unit.
 * @returns Extent and runs of its neurons.
 */
export function layerRaster(
  { layer }: Unit,
): Pick<Raster, "extent" | "runSize"> {
  return { extent: layer.output, runSize: layer.runSize };
}
