/**
 * Weights files in the safetensors format.
 *
 * @module
 */

import {
  formatSafetensors,
  parseSafetensors,
  WeightsError,
} from "./safetensors.ts";
import type { NamedArray } from "./weights.ts";

/**
 * Reads a weights file.
 *
 * @param bytes A safetensors file that holds finite 32-bit floats only.
 * @returns The arrays by name.
 * @throws {WeightsError} If the bytes are not such a file.
 */
export function loadWeights(
  bytes: Uint8Array<ArrayBuffer>,
): Record<string, NamedArray> {
  const { tensors } = parseSafetensors(bytes);
  return Object.fromEntries(
    [...tensors].map(([name, { dtype, shape, data }]) => {
      if (dtype !== "F32") {
        throw new WeightsError(`it is ${dtype}, not F32`, { tensor: name });
      }
      const at = data.findIndex((value) => !Number.isFinite(value));
      if (at >= 0) {
        const problem = `value ${at} is ${data[at]}, expected a finite number`;
        throw new WeightsError(problem, { tensor: name });
      }
      return [name, { shape, data }];
    }),
  );
}

/**
 * Formats a weights file.
 *
 * @param weights All weights of a network.
 * @param metadata Texts to store with the weights, by key.
 * @returns The bytes of the file, in the safetensors format.
 *
 * @example
 * ```ts
 * import { loadWeights, saveWeights } from "./weights_file.ts";
 * const weights = { "fc1.weight": { shape: [2], data: Float32Array.of(1, 2) } };
 * const { "fc1.weight": { data } } = loadWeights(saveWeights(weights));
 * if (data.join() !== "1,2") throw new Error("expected the same weights");
 * ```
 */
export function saveWeights(
  weights: Readonly<Record<string, NamedArray>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const tensors = Object.fromEntries(
    Object.entries(weights).map(([name, { shape, data }]) => [
      name,
      {
        dtype: "F32" as const,
        shape,
        data: data as Float32Array<ArrayBuffer>,
      },
    ]),
  );
  return formatSafetensors(tensors, metadata);
}
