/**
 * How the weight gradient of a dense layer is cut into workgroups.
 *
 * @module
 */

import { BINS_PER_WORD } from "../../kernels/spec.ts";
import { type DenseLayer, sizeOf } from "../network.ts";
import { QUAD } from "./layout.ts";

/** Quads that a workgroup of a dense forward or gradient owns at most. */
export const DENSE_QUADS = 64;

/** Invocations for which quads of weights are shared. */
const GRADIENT_LANES = 1 << 16;

/**
 * How a workgroup shares quads of a dense layer's weights.
 *
 * @param layer The layer.
 * @param sizes Bins in a sample, and bit planes of its input.
 * @returns Inputs of a workgroup, and invocations that share the words of each;
 * they do not depend on the batch.
 */
export function gradientShares(
  { input, output }: DenseLayer,
  { T, P }: { readonly T: number; readonly P: number },
) {
  const quads = Math.ceil(output.C / QUAD);
  const parts = Math.floor(DENSE_QUADS / Math.min(quads, DENSE_QUADS));
  const sharers = Math.min(
    parts,
    P * Math.ceil(T / BINS_PER_WORD),
    Math.ceil(GRADIENT_LANES / sizeOf(input) / quads),
  );
  return { inputs: Math.floor(parts / sharers), sharers };
}
