/**
 * How a dense layer is cut into workgroups.
 *
 * @module
 */

import { LISTS_LANES } from "../../kernels/shared/spike_list.ts";
import { BINS_PER_WORD } from "../../kernels/spec.ts";
import { QUAD } from "../network/layout.ts";
import { sizeOf } from "../network/network.ts";
import type { Layer } from "./layer.ts";

/**
 * Inputs of a workgroup of a gradient: in software, and on a GPU at most, where
 * so many workgroups are wanted.
 */
const INPUTS_IN_SOFTWARE = 16;
const MOST_INPUTS = 4;
const GRADIENT_GROUPS = 1 << 10;

/** Bins of a workgroup of a forward pass, at most. */
const MOST_BINS = 8;

/** Invocations for which inputs are shared, and by how many at most. */
const GRADIENT_LANES = 1 << 16;
const MOST_SPLITS = 16;

/**
 * Counts the workgroups that share an input, or a bin, of a dense layer.
 *
 * @param layer The layer.
 * @returns Their number.
 */
export function denseBlocks({ output }: Layer): number {
  return Math.ceil(output.C / QUAD / LISTS_LANES);
}

/**
 * How a workgroup shares the words of bins.
 *
 * @param layer The layer.
 * @param P Bit planes of its input.
 * @returns Words that an invocation looks through at once, up to eight, and bins
 * of a workgroup, a power of two: several where their words are few.
 */
export function forwardShares(
  { input, output }: Layer,
  P: number,
): { readonly each: number; readonly bins: number } {
  const words = P * Math.ceil(sizeOf(input) / BINS_PER_WORD);
  const each = Math.min(8, Math.ceil(words / LISTS_LANES));
  const most = Math.min(
    ...[MOST_BINS, LISTS_LANES / words],
    LISTS_LANES / Math.ceil(output.C / QUAD),
  );
  return { each, bins: powerOf2(most) };
}

/**
 * How a workgroup shares quads of a dense layer's weights.
 *
 * @param layer The layer.
 * @param software Whether the device computes on the CPU.
 * @returns Inputs of a workgroup, a power of two, invocations that split the
 * spikes of each between them, and samples that they list at once; none depends
 * on the batch.
 */
export function gradientShares(
  layer: Layer,
  software: boolean,
): {
  readonly blockInputs: number;
  readonly splits: number;
  readonly blockSamples: number;
} {
  const inputs = sizeOf(layer.input);
  const quads = Math.ceil(layer.output.C / QUAD);
  const parts = Math.floor(LISTS_LANES / Math.min(quads, LISTS_LANES));
  if (software) {
    return { blockInputs: INPUTS_IN_SOFTWARE, splits: 1, blockSamples: 1 };
  }
  const wanted = Math.min(
    ...[parts, MOST_SPLITS],
    Math.ceil(GRADIENT_LANES / inputs / quads),
  );
  const most = wanted > 1
    ? parts / wanted
    : inputs * denseBlocks(layer) / GRADIENT_GROUPS;
  const blockInputs = powerOf2(Math.min(most, MOST_INPUTS));
  if (wanted === 1) return { blockInputs, splits: 1, blockSamples: 1 };
  return {
    blockInputs,
    splits: Math.min(Math.floor(parts / blockInputs), MOST_SPLITS),
    blockSamples: MOST_INPUTS / blockInputs,
  };
}

/** The largest power of two that is not above a number, at least 1. */
function powerOf2(most: number): number {
  return 2 ** Math.floor(Math.log2(Math.max(1, most)));
}
