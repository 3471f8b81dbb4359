/**
 * How a convolution is cut into workgroups.
 *
 * @module
 */

import { convAdjointOnePixel } from "../../kernels/layers/conv_adjoint_tiled.ts";
import { QUAD } from "../network/layout.ts";
import type { ConvLayer } from "./conv_shapes.ts";

/** Pixels of an adjoint's tile, and whether an invocation owns four of a row. */
interface Tile {
  readonly rows: number;
  readonly columns: number;
  readonly fourPixels: boolean;
}

/** The wider takes less memory for each of its inputs. */
const NARROW: Tile = { rows: 8, columns: 8, fourPixels: false };
const WIDE: Tile = { rows: 8, columns: 16, fourPixels: false };

/** For devices on which loads take most of the time. */
const FOUR_PIXELS: Tile = { rows: 16, columns: 16, fourPixels: true };

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
  const { output, weights } = layer;
  const owners = weights.floats / QUAD;
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
 * How a workgroup shares the partial gradients of weights.
 *
 * @param strips Strips that were summed apart.
 * @param software Whether the device computes on the CPU.
 * @returns Quads of weights, few where there is much to add up for each, and
 * samples that it adds up at once.
 */
export function totalShares(
  strips: number,
  software: boolean,
): { readonly quads: number; readonly blockSamples: number } {
  if (software) return { quads: 16, blockSamples: 1 };
  return { quads: strips > 512 ? 1 : strips > 128 ? 2 : 8, blockSamples: 4 };
}

/**
 * How the adjoint of a convolution cuts its inputs into tiles.
 *
 * @param layer The layer.
 * @param T Bins in a sample.
 * @param adapter Bytes of memory that a workgroup may have, and whether the
 * adapter is software: loads take most of the time then, so an invocation owns
 * four adjacent pixels, where there are many.
 * @returns Rows and columns of a tile and of the outputs that reach it, whether
 * an invocation owns four adjacent pixels, workgroups for all tiles and for
 * all bins; `undefined` if no tile fits a workgroup's memory, or all of them a
 * dispatch.
 */
export function reachOf(
  layer: ConvLayer,
  T: number,
  adapter: { readonly workgroupBytes: number; readonly software: boolean },
) {
  const { H, W } = layer.input;
  const { workgroupBytes, software } = adapter;
  const large = software ? FOUR_PIXELS : WIDE;
  const tile = (software ? Math.min(H, W) : W) > NARROW.columns
    ? large
    : NARROW;
  return cutTiles(layer, T, tile, workgroupBytes) ??
    cutTiles(layer, T, NARROW, workgroupBytes);
}

function cutTiles(
  { input, kernel, stride, dilation, groups }: ConvLayer,
  T: number,
  { rows, columns, fourPixels }: Tile,
  workgroupBytes: number,
) {
  const { tileBins, tileChannels, tileOutputs } = convAdjointOnePixel.tile;
  const along = (axis: 0 | 1, side: number) =>
    Math.floor(
      (side - 1 + (kernel[axis] - 1) * dilation[axis] + stride[axis] - 1) /
        stride[axis],
    ) + 1;
  const [RH, RW] = [along(0, rows), along(1, columns)];
  const tiles = Math.ceil(input.H / rows) * Math.ceil(input.W / columns) *
    groups * Math.ceil(input.C / groups / tileChannels);
  const weights = tileChannels * kernel[0] * kernel[1];
  const bytes = 4 * tileOutputs * (tileBins * RH * RW + weights);
  const blocks = Math.ceil(T / tileBins);
  return bytes <= workgroupBytes && tiles <= MOST_GROUPS
    ? { RH, RW, rows, columns, fourPixels, tiles, blocks }
    : undefined;
}

/**
 * The sizes of a convolution, by their names in conv_geometry.wgsl.
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
    OC: output.C,
    KH: kernel[0],
    KW: kernel[1],
    strideY: stride[0],
    strideX: stride[1],
    padY: padding[0],
    padX: padding[1],
    dilationY: dilation[0],
    dilationX: dilation[1],
    G: groups,
  };
}
