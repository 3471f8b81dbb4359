/**
 * Division of a convolution into tiles and workgroups.
 *
 * @module
 */

import { convAdjointTiled } from "../../kernels/layers/conv_adjoint_tiled.ts";
import { convGradientTotal } from "../../kernels/layers/conv_gradient.ts";
import { QUAD } from "../network/layout.ts";
import type { Extent } from "../network/network.ts";
import type { ConvLayer } from "./conv_shapes.ts";

/** Rows and columns of input pixels of a tile in the adjoint. */
interface Tile {
  readonly rows: number;
  readonly columns: number;
}

/** The smallest tile, and that of inputs of up to eight columns. */
const NARROW: Tile = { rows: 8, columns: 8 };

/** Usual rows, columns and pixels of the tiles of other inputs. */
const USUAL = { rows: 8, columns: 16, pixels: 128 };

/** Most workgroups of a dispatch along one axis. */
const MAX_GROUPS = 65535;

/** Limit on the floats of a sample's partial weight gradients. */
const PARTIAL_FLOATS = 1 << 20;

/** Invocations that compute a sample's partial weight gradients. */
const PARTIAL_LANES = 1 << 17;

/**
 * Determines the number of strips of pixels, whose partial sums add up to the
 * weight gradient of a convolution. It does not depend on the batch, so the
 * order of summation is fixed.
 *
 * @param layer The layer.
 * @param extent The pixels that are divided. @default the output
 * @returns The number of strips.
 */
export function gradientStrips(
  { output, weights }: ConvLayer,
  { H, W }: Extent = output,
): number {
  const owners = weights.floats / QUAD;
  const most = Math.min(
    Math.floor(PARTIAL_FLOATS / owners / QUAD),
    Math.ceil(PARTIAL_LANES / owners),
  );
  // Strips are of equal size, so fewer may be enough.
  const size = Math.ceil(H * W / Math.max(1, most));
  return Math.ceil(H * W / size);
}

/**
 * Divides the reduction of partial weight gradients among workgroups.
 *
 * @param strips Number of strips.
 * @param software Whether the device computes on the CPU.
 * @returns Quads of weights per workgroup, fewer where each has many strips,
 * and samples that a workgroup sums at once.
 */
export function totalShares(
  strips: number,
  software: boolean,
): { readonly quads: number; readonly blockSamples: number } {
  if (software) return { quads: 16, blockSamples: 1 };
  return { quads: strips > 512 ? 1 : strips > 128 ? 2 : 8, blockSamples: 4 };
}

/**
 * Returns the number of iterations in which an invocation reduces a sample's
 * strips, four per iteration.
 *
 * @param strips Number of strips.
 * @param quads Quads of weights per workgroup.
 * @returns The number of iterations.
 */
export function totalLoops(strips: number, quads: number): number {
  const sharers = convGradientTotal.tile.sampleLanes / quads;
  return Math.ceil(strips / 4 / sharers) + 14;
}

/**
 * Divides the inputs of a convolution's adjoint into tiles.
 *
 * @param layer The layer.
 * @param T Bins in a sample.
 * @param workgroupBytes Bytes of workgroup memory that a workgroup may use.
 * @returns Rows and columns of a tile and of the outputs that reach it, and the
 * number of workgroups for all tiles and for all bins; `undefined` if no tile
 * fits into workgroup memory, or there are more tiles than workgroups in a
 * dispatch.
 */
export function reachOf(layer: ConvLayer, T: number, workgroupBytes: number) {
  const tile = layer.input.W > NARROW.columns ? evenTile(layer.input) : NARROW;
  return cutTiles(layer, T, tile, workgroupBytes) ??
    cutTiles(layer, T, NARROW, workgroupBytes);
}

/**
 * The tile that divides an input into equal parts of about the usual size: less
 * than 1.5 times as many rows and columns, and less than 256 pixels.
 */
function evenTile({ H, W }: Extent): Tile {
  const part = (side: number, usual: number) =>
    Math.ceil(side / Math.max(1, Math.round(side / usual)));
  const rows = part(H, USUAL.rows);
  // Inputs of few rows are cut into longer tiles.
  const columns = Math.max(USUAL.columns, Math.floor(USUAL.pixels / rows));
  return { rows, columns: part(W, columns) };
}

function cutTiles(
  { input, kernel, stride, dilation, groups }: ConvLayer,
  T: number,
  { rows, columns }: Tile,
  workgroupBytes: number,
) {
  const { tileBins, tileChannels, tileOutputs } = convAdjointTiled.tile;
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
  return bytes <= workgroupBytes && tiles <= MAX_GROUPS
    ? { RH, RW, rows, columns, tiles, blocks }
    : undefined;
}

/**
 * The sizes of a convolution, by their names in conv_geometry.wgsl.
 *
 * @param layer The layer.
 * @returns A value for each constant.
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
