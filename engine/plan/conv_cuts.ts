/**
 * How a convolution is cut into workgroups.
 *
 * @module
 */

import type { ConvLayer } from "../network.ts";
import { QUAD, weightFloats } from "./layout.ts";

/** Rows, and columns, of inputs of an adjoint's tile. */
const TILE = 8;

/** The same, of pixels beside one another. */
const TILE_BESIDE = 16;

/** Channels, bins and maps that a tile takes at once. */
const TILE_CHANNELS = 8;
const TILE_BINS = 4;
const TILE_MAPS = 2;

/** Memory that a workgroup has on every adapter. */
const WORKGROUP_BYTES = 16384;

/** Workgroups that a dispatch may have along one dimension. */
const MOST_GROUPS = 65535;

/** Most floats that the partial weight gradients of a sample may take. */
const PARTIAL_FLOATS = 1 << 20;

/** Invocations that share a convolution's weight gradient, for one sample. */
const PARTIAL_LANES = 1 << 17;

/**
 * How many strips of pixels the weight gradient of a convolution is summed in,
 * apart from one another; it does not depend on the batch.
 *
 * @param layer The layer.
 * @returns The number of strips.
 */
export function gradientStrips(layer: ConvLayer): number {
  const { output } = layer;
  const owners = weightFloats(layer) / QUAD;
  return Math.max(
    1,
    Math.min(
      output.H * output.W,
      Math.floor(PARTIAL_FLOATS / owners / QUAD),
      Math.ceil(PARTIAL_LANES / owners),
    ),
  );
}

/**
 * Quads of weights whose partial gradients a workgroup adds up.
 *
 * @param strips Strips that were summed apart.
 * @returns The number: few quads where there is much to add up for each.
 */
export function totalQuads(strips: number): number {
  return strips > 512 ? 1 : strips > 128 ? 2 : 8;
}

/**
 * How the adjoint of a convolution cuts its inputs into tiles.
 *
 * @param layer The layer.
 * @param T Bins in a sample.
 * @param slowLoads Whether loads are what takes time, as they are on a CPU: then
 * an invocation takes four pixels beside one another, where there are many.
 * @returns Rows and columns of outputs that reach a tile, how many times four
 * bins it has, whether of pixels beside one another, workgroups for all tiles
 * and for all bins; `undefined` if a tile does not fit a workgroup's memory, or
 * all of them a dispatch.
 */
export function reachOf(layer: ConvLayer, T: number, slowLoads: boolean) {
  const { H, W } = layer.input;
  return slowLoads && H > TILE && W > TILE && cutTiles(layer, T, true) ||
    cutTiles(layer, T, false);
}

function cutTiles(layer: ConvLayer, T: number, beside: boolean) {
  const { input, kernel, stride, dilation } = layer;
  const side = beside ? TILE_BESIDE : TILE;
  const along = (axis: 0 | 1) =>
    Math.floor(
      (side - 1 + (kernel[axis] - 1) * dilation[axis] + stride[axis] - 1) /
        stride[axis],
    ) + 1;
  const [RH, RW] = [along(0), along(1)];
  const perTile = layer.groups *
    Math.ceil(input.C / layer.groups / TILE_CHANNELS);
  const groups = Math.ceil(input.H / side) * Math.ceil(input.W / side) *
    perTile;
  const fits = (fours: number) =>
    16 * (TILE_MAPS * fours * RH * RW +
          TILE_MAPS * TILE_CHANNELS / 4 * kernel[0] * kernel[1]) <=
      WORKGROUP_BYTES;
  const fours = beside
    ? 1
    : [3, 2].find((n) => T > TILE_BINS * (n - 1) && fits(n)) ?? 1;
  const blocks = Math.ceil(T / TILE_BINS / fours);
  return fits(fours) && groups <= MOST_GROUPS
    ? { RH, RW, fours, beside: Number(beside), groups, blocks }
    : undefined;
}

/**
 * The sizes of a convolution, by their names in conv_sizes.wgsl.
 *
 * @param layer The layer.
 * @returns A value for each.
 */
export function convConstants(layer: ConvLayer) {
  const { input, output, kernel, stride, padding, dilation, groups } = layer;
  return {
    ...input,
    OH: output.H,
    OW: output.W,
    M: output.C,
    KH: kernel[0],
    KW: kernel[1],
    strideY: stride[0],
    strideX: stride[1],
    padY: padding[0],
    padX: padding[1],
    dilationY: dilation[0],
    dilationX: dilation[1],
    sets: groups,
  };
}
