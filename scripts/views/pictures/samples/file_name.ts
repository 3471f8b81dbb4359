/**
 * Names the files drawn from a sample.
 *
 * @module
 */

import { basename, isAbsolute, relative, resolve, sep } from "node:path";
import { crc32c } from "../../../../dataset/files/crc32c.ts";

/** Largest size of a name in bytes; file systems allow 255 with the ending. */
const MOST_BYTES = 180;

/** Replacement of the path separator `/`. */
const SEPARATOR = "__";

/** Characters that are kept, and those that are kept at the start. */
const [PLAIN, PLAIN_START] = [
  /^[\p{L}\p{M}\p{N}_.\- ]$/u,
  /^[\p{L}\p{M}\p{N}_]$/u,
];

/**
 * Turns the name of a sample into a file name without path separators.
 *
 * @param name Name of the sample.
 * @returns The name with `__` for `/`. Characters other than letters, digits,
 * spaces, `_`, `-` and `.` are percent-encoded, and so is `-` or `.` at the
 * start, which would make the name an option of a command or hidden, and `_`
 * where it would read as `/`, beside another or beside `/`. A long name is cut
 * to its end, after a checksum of all of it.
 *
 * @example
 * ```ts
 * import { fileNameOf } from "./file_name.ts";
 * const name = fileNameOf("user00_indoor/grey cat?");
 * if (name !== "user00_indoor__grey cat%3F") throw new Error(name);
 * ```
 */
export function fileNameOf(name: string): string {
  const letters = Array.from(name);
  const parts = letters.map((letter, n) => {
    const sides = [letters[n - 1], letters[n + 1]];
    if (letter === "/" && sides[0] !== "/") return SEPARATOR;
    const isPlain = (n === 0 ? PLAIN_START : PLAIN).test(letter) &&
      !(letter === "_" && sides.some((side) => side === "_" || side === "/"));
    return isPlain ? letter : encoded(letter);
  });
  const whole = parts.join("");
  if (bytesOf(whole).length <= MOST_BYTES) return whole;
  const sum = crc32c(bytesOf(whole)).toString(16).padStart(8, "0");
  let bytes = sum.length + 1;
  const kept = parts.toReversed().findIndex((part) => {
    bytes += bytesOf(part).length;
    return bytes > MOST_BYTES;
  });
  return `${sum}_${parts.slice(-kept).join("")}`;
}

/** Percent-encodes a character, byte by byte. */
function encoded(letter: string): string {
  return Array.from(
    bytesOf(letter),
    (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
  ).join("");
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * Names the pictures of a file or folder after its path.
 *
 * @param path The file or folder.
 * @returns Its relative path below the current folder, or else its full path,
 * formatted by `fileNameOf()`.
 *
 * @example
 * ```ts
 * import { fileNameOfPath } from "./file_name.ts";
 * const name = fileNameOfPath("gestures/wave/ann/1.csv");
 * if (name !== "gestures__wave__ann__1.csv") throw new Error(name);
 * ```
 */
export function fileNameOfPath(path: string): string {
  const whole = resolve(path);
  const below = relative(Deno.cwd(), whole);
  if (below === "") return fileNameOf(basename(whole));
  const isBelow = !/^\.\.(?:[/\\]|$)/.test(below) && !isAbsolute(below);
  const name = isBelow ? below : whole.replace(/^[/\\]+/, "");
  return fileNameOf(name.replaceAll(sep, "/"));
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
 * if (name !== "user00_indoor__cat") throw new Error(name);
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
