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
const TILE_MAPS = 4;

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
 * @param adapter Bytes of memory that a workgroup may have, and whether the
 * adapter is software: loads are what takes time then, so an invocation takes
 * four pixels beside one another, where there are many.
 * @returns Rows and columns of outputs that reach a tile, whether an invocation
 * owns pixels beside one another, workgroups for all tiles and for all bins;
 * `undefined` if a tile does not fit a workgroup's memory, or all of them a
 * dispatch.
 */
export function reachOf(
  layer: ConvLayer,
  T: number,
  adapter: { readonly workgroupBytes: number; readonly software: boolean },
) {
  const { H, W } = layer.input;
  const { workgroupBytes, software } = adapter;
  return software && H > TILE && W > TILE &&
      cutTiles(layer, T, { workgroupBytes, beside: true }) ||
    cutTiles(layer, T, { workgroupBytes, beside: false });
}

function cutTiles(
  { input, kernel, stride, dilation, groups }: ConvLayer,
  T: number,
  { workgroupBytes, beside }: {
    readonly workgroupBytes: number;
    readonly beside: boolean;
  },
) {
  const side = beside ? TILE_BESIDE : TILE;
  const along = (axis: 0 | 1) =>
    Math.floor(
      (side - 1 + (kernel[axis] - 1) * dilation[axis] + stride[axis] - 1) /
        stride[axis],
    ) + 1;
  const [RH, RW] = [along(0), along(1)];
  const tiles = Math.ceil(input.H / side) * Math.ceil(input.W / side) * groups *
    Math.ceil(input.C / groups / TILE_CHANNELS);
  const weights = TILE_CHANNELS * kernel[0] * kernel[1];
  const bytes = 4 * TILE_MAPS * (TILE_BINS * RH * RW + weights);
  const blocks = Math.ceil(T / TILE_BINS);
  return bytes <= workgroupBytes && tiles <= MOST_GROUPS
    ? { RH, RW, beside: Number(beside), tiles, blocks }
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
