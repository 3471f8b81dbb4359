/**
 * How a dense layer is cut into workgroups.
 *
 * @module
 */

import { LISTS_LANES } from "../../kernels/lists.ts";
import { BINS_PER_WORD } from "../../kernels/spec.ts";
import { type DenseLayer, sizeOf } from "../network.ts";
import { QUAD } from "./layout.ts";

/**
 * Inputs of a workgroup of a gradient: in software, and on a GPU at most, where
 * so many workgroups are wanted.
 */
const INPUTS_IN_SOFTWARE = 16;
const MOST_INPUTS = 8;
const GRADIENT_GROUPS = 1 << 10;

/** Invocations for which inputs are shared, and by how many at most. */
const GRADIENT_LANES = 1 << 16;
const MOST_SHARERS = 16;

/**
 * Counts the workgroups that share an input, or a bin, of a dense layer.
 *
 * @param layer The layer.
 * @returns Their number.
 */
export function denseBlocks({ output }: DenseLayer): number {
  return Math.ceil(output.C / QUAD / LISTS_LANES);
}

/**
 * Counts the words of a bin that an invocation looks through at once.
 *
 * @param layer The layer.
 * @param P Bit planes of its input.
 * @returns Their number, up to eight.
 */
export function forwardWords({ input }: DenseLayer, P: number): number {
  const words = P * Math.ceil(sizeOf(input) / BINS_PER_WORD);
  return Math.min(8, Math.ceil(words / LISTS_LANES));
}

/**
 * How a workgroup shares quads of a dense layer's weights.
 *
 * @param layer The layer.
 * @param software Whether the device computes on the CPU.
 * @returns Inputs of a workgroup, a power of two, and invocations that share
 * the spikes of each; they do not depend on the batch.
 */
export function gradientShares(
  layer: DenseLayer,
  software: boolean,
): { readonly near: number; readonly sharers: number } {
  const inputs = sizeOf(layer.input);
  const quads = Math.ceil(layer.output.C / QUAD);
  const parts = Math.floor(LISTS_LANES / Math.min(quads, LISTS_LANES));
  if (software) return { near: INPUTS_IN_SOFTWARE, sharers: 1 };
  const wanted = Math.min(
    ...[parts, MOST_SHARERS],
    Math.ceil(GRADIENT_LANES / inputs / quads),
  );
  const most = wanted > 1
    ? parts / wanted
    : inputs * denseBlocks(layer) / GRADIENT_GROUPS;
  const near = 2 ** Math.floor(
    Math.log2(Math.max(1, Math.min(most, MOST_INPUTS))),
  );
  const sharers = wanted > 1 ? Math.floor(parts / near) : 1;
  return { near, sharers: Math.min(sharers, MOST_SHARERS) };
}
