/**
 * Names the files drawn from a sample.
 *
 * @module
 */

import { basename, isAbsolute, relative, resolve } from "node:path";

/** Largest size of a name in bytes; file systems allow 255 with the ending. */
const MOST_BYTES = 180;

/**
 * Turns the name of a sample into a file name without path separators.
 *
 * @param name Name of the sample.
 * @returns Letters, digits, `_`, `-` and `.`; it does not start with `-` or
 * `.`, which would make it an option of a command or hidden. Long names are
 * cut to their end.
 *
 * @example
 * ```ts
 * import { fileNameOf } from "./file_name.ts";
 * const name = fileNameOf("../user00_indoor/grey cat");
 * if (name !== "_user00_indoor_grey_cat") throw new Error(name);
 * ```
 */
export function fileNameOf(name: string): string {
  const letters = Array.from(name.replaceAll(/[^\p{L}\p{N}_.-]+/gu, "_"));
  let bytes = 0;
  const kept = letters.toReversed().findIndex((letter) => {
    bytes += new TextEncoder().encode(letter).length;
    return bytes > MOST_BYTES;
  });
  return letters.slice(kept < 0 ? 0 : -kept).join("").replace(/^[.-]+/, "");
}

/**
 * Names the pictures of a file or folder after its path, which is unique.
 *
 * @param path The file or folder.
 * @returns Its relative path below the current folder, or else its full path,
 * formatted by `fileNameOf()`.
 *
 * @example
 * ```ts
 * import { fileNameOfPath } from "./file_name.ts";
 * const name = fileNameOfPath("gestures/wave/ann/1.csv");
 * if (name !== "gestures_wave_ann_1.csv") throw new Error(name);
 * ```
 */
export function fileNameOfPath(path: string): string {
  const whole = resolve(path);
  const below = relative(Deno.cwd(), whole);
  if (below === "") return fileNameOf(basename(whole));
  const isBelow = !/^\.\.(?:[/\\]|$)/.test(below) && !isAbsolute(below);
  return fileNameOf(isBelow ? below : whole.replace(/^[/\\]+/, ""));
}

/**
 * Names the pictures of a sample.
 *
 * @param name Name of the sample.
 * @param location Its file or store.
 * @returns Name after the path of a whole file, or after the sample.
 *
 * @example
 * ```ts
 * import { pictureNameOf } from "./file_name.ts";
 * const file = "recordings/user00_indoor.aedat";
 * const name = pictureNameOf("user00_indoor/cat", { sample: file, tag: "cat" });
 * if (name !== "user00_indoor_cat") throw new Error(name);
 * ```
 */
export function pictureNameOf(
  name: string,
  { sample, store, tag }: {
    readonly sample: string;
    readonly store?: string;
    readonly tag?: string;
  },
): string {
  return store === undefined && tag === undefined
    ? fileNameOfPath(sample)
    : fileNameOf(name);
}
