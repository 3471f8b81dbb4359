/**
 * Norms of a network's weights and gradients.
 *
 * @module
 */

import type { Arrays, LayerNumbers } from "../run/files.ts";

/**
 * Computes the Euclidean norm of each array.
 *
 * @param arrays Weights, or gradients.
 * @param before If given, the norms are those of `arrays - before`.
 * @returns Norm by layer name; not finite where a value of the array is not.
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
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { data }]) => [
      name.replace(/\.weight$/, ""),
      normOf(data, before?.[name].data),
    ]),
  );
}

function normOf(data: Float32Array, before?: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) {
    const value = before ? data[i] - before[i] : data[i];
    sum += value * value;
  }
  return Math.sqrt(sum);
}
