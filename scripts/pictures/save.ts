/**
 * Pictures in their folder.
 *
 * @module
 */

import { join } from "node:path";
import { readProblem } from "../../dataset/recording_file.ts";

/**
 * Writes pictures, each whole or not at all.
 *
 * @param folder Where; it is made if it is not there.
 * @param pictures What is to be written, by the names of the files.
 * @returns Paths of the files.
 * @throws {Error} If one cannot be written.
 */
export async function savePictures(
  folder: string,
  pictures: Readonly<Record<string, string | Uint8Array>>,
): Promise<string[]> {
  const paths: string[] = [];
  for (const [name, content] of Object.entries(pictures)) {
    const path = join(folder, name);
    const beside = `${path}.new`;
    const bytes = typeof content === "string"
      ? new TextEncoder().encode(content)
      : content;
    try {
      await Deno.mkdir(folder, { recursive: true });
      await Deno.writeFile(beside, bytes);
      await Deno.rename(beside, path);
    } catch (cause) {
      throw new Error(`Cannot write "${path}": ${readProblem(cause)}`, {
        cause,
      });
    }
    paths.push(path);
  }
  return paths;
}

/**
 * Makes the name of a sample the name of a file that is in no other folder.
 *
 * @param name Name of the sample.
 * @returns Letters, digits, `_`, `-` and `.`, which is not the first.
 *
 * @example
 * ```ts
 * import { fileNameOf } from "./save.ts";
 * const name = fileNameOf("../user00_indoor/grey cat");
 * if (name !== "_user00_indoor_grey_cat") throw new Error(name);
 * ```
 */
export function fileNameOf(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}_.-]+/gu, "_").replace(/^\.+/, "")
    .slice(0, 100);
}
