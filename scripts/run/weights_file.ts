/**
 * Reads a network's weights from a file.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { fileProblem } from "../../dataset/files/file_problem.ts";
import { WeightsError } from "../../engine/network/safetensors.ts";
import type { NamedArray } from "../../engine/network/weights.ts";
import { loadWeights } from "../../engine/network/weights_file.ts";
import { readRegularFile } from "../files/regular_file.ts";
import { isCheckpoint } from "./checkpoint.ts";
import { CHECKPOINT_FILE, weightsName } from "./files.ts";

/** Largest size of a weights file that is read, in bytes. */
const LARGEST = 2 ** 32;

/**
 * Reads weights from a file.
 *
 * @param path A safetensors file of finite 32-bit floats.
 * @returns The arrays by name.
 * @throws {Error} If it is not such a file; for a checkpoint the message names
 * the weights of the same fold.
 */
export async function readWeights(
  path: string,
): Promise<Record<string, NamedArray>> {
  const cannot = (problem: string, cause?: unknown) =>
    new Error(`Cannot read weights "${path}": ${problem}`, { cause });
  try {
    const bytes = await readRegularFile(path, LARGEST);
    if (!isCheckpoint(bytes)) return loadWeights(bytes);
  } catch (cause) {
    throw cause instanceof WeightsError
      ? cannot(`${cause.problem}; use another copy of it or train anew`, cause)
      : cannot(fileProblem(cause), cause);
  }
  const [, fold = "N"] = CHECKPOINT_FILE.exec(basename(path)) ?? [];
  throw cannot(
    "it is a checkpoint, from which only its own run resumes; give " +
      `"${join(dirname(path), weightsName(fold))}"`,
  );
}
