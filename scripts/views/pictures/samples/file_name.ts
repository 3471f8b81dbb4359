/**
 * Names the files that are drawn of a sample.
 *
 * @module
 */

/**
 * Turns the name of a sample into a file name without path separators.
 *
 * @param name Name of the sample.
 * @returns Letters, digits, `_`, `-` and `.`; it does not start with `-` or
 * `.`, which would make it an option of a command or hidden.
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
