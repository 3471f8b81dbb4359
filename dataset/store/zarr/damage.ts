/**
 * Errors about the files of a Zarr store.
 *
 * @module
 */

import { DatasetError } from "../../files/errors.ts";

/**
 * Describes what is wrong with a file of a store.
 *
 * @param path The file.
 * @param cause The error of zarrita or of a codec.
 * @returns The error.
 */
export function damage(path: string, cause: unknown): DatasetError {
  if (cause instanceof DatasetError) return cause;
  let origin = cause as Error;
  while (origin.cause instanceof Error) origin = origin.cause;
  // zarrita does not check that `zarr.json` has the fields that it reads.
  const problem = origin instanceof TypeError
    ? "it is not valid Zarr v3"
    : origin.message;
  return new DatasetError(path, `it is damaged, ${problem}`, { cause });
}
