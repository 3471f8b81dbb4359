/**
 * What files of a sample are called.
 *
 * @module
 */

/**
 * Makes the name of a sample the name of a file that is in no other folder.
 *
 * @param name Name of the sample.
 * @returns Letters, digits, `_`, `-` and `.`; it begins with none of the last
 * two, so that it is neither hidden nor an option of a command.
 *
 * @example
 * ```ts
 * import { fileNameOf } from "./file_name.ts";
 * const name = fileNameOf("../user00_indoor/grey cat");
 * if (name !== "_user00_indoor_grey_cat") throw new Error(name);
 * ```
 */
export function fileNameOf(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}_.-]+/gu, "_").replace(/^[.-]+/, "")
    .slice(0, 100);
}
