/**
 * Norms of a network's weights and gradients.
 *
 * @module
 */

import type { Arrays, LayerNumbers } from "../run/files.ts";

/** Running statistics and stretches, which are not weights. */
const NO_WEIGHTS = /\.(norm\.mean|norm\.var|stretch)$/;

/**
 * Computes the Euclidean norm of each layer's arrays: of its weights, together
 * with its bias or the scale and bias of its normalisation.
 *
 * @param arrays Weights, or gradients.
 * @param before If given, the norms are those of `arrays - before`.
 * @returns Norm by layer name; not finite where a value of an array is not.
 *
 * @example
 * ```ts
 * import { normsOf } from "./norms.ts";
 * const weights = { shape: [2], data: Float32Array.of(3, 4) };
 * const { fc1 } = normsOf({ "fc1.weight": weights });
 * if (fc1 !== 5) throw new Error(`unexpected ${fc1}`);
 * ```
 */
export function normsOf(arrays: Arrays, before?: Arrays): LayerNumbers {
  const squares: Record<string, number> = {};
  for (const [name, { data }] of Object.entries(arrays)) {
    if (NO_WEIGHTS.test(name)) continue;
    const [layer] = name.split(".", 1);
    const own = squaresOf(data, before?.[name].data);
    squares[layer] = (squares[layer] ?? 0) + own;
  }
  return Object.fromEntries(
    Object.entries(squares).map(([layer, sum]) => [layer, Math.sqrt(sum)]),
  );
}

function squaresOf(data: Float32Array, before?: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) {
    const value = before ? data[i] - before[i] : data[i];
    sum += value * value;
  }
  return sum;
}
