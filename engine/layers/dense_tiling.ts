/**
 * Division of a dense layer into workgroups.
 *
 * @module
 */

import { denseAdjoint } from "../../kernels/layers/dense.ts";
import { LISTS_LANES } from "../../kernels/shared/spike_list.ts";
import { BINS_PER_WORD } from "../../kernels/spec.ts";
import { QUAD } from "../network/layout.ts";
import { sizeOf } from "../network/network.ts";
import type { Layer } from "./layer.ts";

/** Most inputs per workgroup of the gradient kernel on a GPU. */
const MAX_INPUTS = 4;

/** Workgroups of the gradient kernel that occupy a GPU. */
const GRADIENT_GROUPS = 1 << 10;

/** Most bins per workgroup of the forward kernel, a power of two. */
export const DENSE_BINS = 8;

/** Number of invocations below which several share the spikes of an input. */
const GRADIENT_LANES = 1 << 16;

/** Most invocations that share the spikes of an input. */
const MAX_SPLITS = 16;

/**
 * Returns the number of workgroups that divide a dense layer's outputs among
 * them, for each block of bins or inputs.
 *
 * @param layer The layer.
 * @returns The number of workgroups.
 */
export function denseBlocks({ output }: Layer): number {
  return Math.ceil(output.C / QUAD / LISTS_LANES);
}

/**
 * Divides the spike words of bins among the invocations of a workgroup.
 *
 * @param layer The layer.
 * @param P Bit planes of the layer's input.
 * @returns Words that an invocation scans at once, up to eight, and bins per
 * workgroup, a power of two: several where a bin has few words.
 */
export function forwardShares(
  { input, output }: Layer,
  P: number,
): { readonly each: number; readonly bins: number } {
  const words = P * Math.ceil(sizeOf(input) / BINS_PER_WORD);
  const each = Math.min(8, Math.ceil(words / LISTS_LANES));
  const most = Math.min(
    DENSE_BINS,
    LISTS_LANES / words,
    LISTS_LANES / Math.ceil(output.C / QUAD),
  );
  return { each, bins: powerOf2(most) };
}

/**
 * Divides the inputs and bins of a dense layer's adjoint into tiles.
 *
 * @param T Bins in a sample.
 * @returns Invocations along the inputs of a tile, and the tile's inputs and
 * bins: 64 of each, or 128 inputs and 32 bins for samples of up to 32 bins.
 */
export function adjointTile(T: number): {
  readonly columns: number;
  readonly tileInputs: number;
  readonly tileBins: number;
} {
  const { workgroup, tile: { owned } } = denseAdjoint;
  const columns = T > 32 ? 8 : 16;
  return {
    columns,
    tileInputs: owned * columns,
    tileBins: owned * workgroup / columns,
  };
}

/**
 * Divides the weight gradient of a dense layer among workgroups and
 * invocations.
 *
 * @param layer The layer.
 * @returns Inputs per workgroup, a power of two, invocations that share the
 * spikes of each, and samples that they list at once. None depends on the
 * batch, so the order of summation is fixed.
 */
export function gradientShares(layer: Layer): {
  readonly blockInputs: number;
  readonly splits: number;
  readonly blockSamples: number;
} {
  const inputs = sizeOf(layer.input);
  const quads = Math.ceil(layer.output.C / QUAD);
  const lanesPerQuad = Math.floor(LISTS_LANES / Math.min(quads, LISTS_LANES));
  const splits = Math.min(
    lanesPerQuad,
    MAX_SPLITS,
    Math.ceil(GRADIENT_LANES / inputs / quads),
  );
  const most = splits > 1
    ? lanesPerQuad / splits
    : inputs * denseBlocks(layer) / GRADIENT_GROUPS;
  const blockInputs = powerOf2(Math.min(most, MAX_INPUTS));
  if (splits === 1) return { blockInputs, splits: 1, blockSamples: 1 };
  return {
    blockInputs,
    splits: Math.min(Math.floor(lanesPerQuad / blockInputs), MAX_SPLITS),
    blockSamples: MAX_INPUTS / blockInputs,
  };
}

/** The largest power of two not above a number, at least 1. */
function powerOf2(most: number): number {
  return 2 ** Math.floor(Math.log2(Math.max(1, most)));
}
