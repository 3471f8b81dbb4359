/**
 * Reads a network's weights from a file.
 *
 * @module
 */

import { fileProblem } from "../../dataset/files/file_problem.ts";
import { WeightsError } from "../../engine/network/safetensors.ts";
import type { NamedArray } from "../../engine/network/weights.ts";
import { loadWeights } from "../../engine/network/weights_file.ts";
import { readRegularFile } from "../files/regular_file.ts";

/** Largest size of a weights file that is read, in bytes. */
const LARGEST = 2 ** 32;

/**
 * Reads weights from a file.
 *
 * @param path A safetensors file of finite 32-bit floats.
 * @returns The arrays by name.
 * @throws {Error} If it is not such a file.
 */
export async function readWeights(
  path: string,
): Promise<Record<string, NamedArray>> {
  try {
    return loadWeights(await readRegularFile(path, LARGEST));
  } catch (cause) {
    const problem = cause instanceof WeightsError
      ? `${cause.problem}; use another copy of it or train anew`
      : fileProblem(cause);
    throw new Error(`Cannot read weights "${path}": ${problem}`, { cause });
  }
}
