/**
 * Names the files drawn from a sample.
 *
 * @module
 */

import {
  basename,
  isAbsolute,
  join,
  parse,
  relative,
  resolve,
  sep,
} from "node:path";
import { crc32c } from "../../../../dataset/files/crc32c.ts";

/** Largest size of a name in bytes; file systems allow 255 with the ending. */
const MOST_BYTES = 180;

/** Characters that are kept. */
const PLAIN = /^[\p{L}\p{M}\p{N}_.\- ]$/u;

/** Those that are kept where every `_` stands for a separator. */
const PLAIN_BUT_JOINT = /^[\p{L}\p{M}\p{N}.\- ]$/u;

/**
 * Turns the name of a sample into a file name without path separators.
 *
 * @param name Name of the sample.
 * @returns The name with `_` for `/`. Characters other than letters, digits,
 * spaces, `_`, `-` and `.` are percent-encoded, and so is `-` or `.` at the
 * start, which would make the name an option of a command or hidden. A long
 * name is cut to its end, after a checksum of all of it.
 *
 * @example
 * ```ts
 * import { fileNameOf } from "./file_name.ts";
 * const name = fileNameOf("user00_indoor/grey cat?");
 * if (name !== "user00_indoor_grey cat%3F") throw new Error(name);
 * ```
 */
export function fileNameOf(name: string): string {
  return plainName(name, PLAIN);
}

/** Turns a name into that of a file, with `_` for `/` and some letters kept. */
function plainName(name: string, kept: RegExp): string {
  const parts = Array.from(name, (letter, n) => {
    if (letter === "/") return "_";
    const isKept = kept.test(letter) && (n > 0 || !/[-. ]/.test(letter));
    return isKept ? letter : encoded(letter);
  });
  const whole = parts.join("");
  if (bytesOf(whole).length <= MOST_BYTES) return whole;
  const sum = crc32c(bytesOf(whole)).toString(16).padStart(8, "0");
  let bytes = sum.length + 1;
  const last = parts.toReversed().findIndex((part) => {
    bytes += bytesOf(part).length;
    return bytes > MOST_BYTES;
  });
  return `${sum}_${parts.slice(-last).join("")}`;
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
 * formatted by `fileNameOf()`. If another file would have the same name, as
 * `a_b/1.csv` and `a/b/1.csv` would, `_` is percent-encoded too.
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
  const name = isBelow ? below : whole.replace(/^[/\\]+/, "");
  const folder = isBelow ? Deno.cwd() : parse(whole).root;
  return plainName(
    name.replaceAll(sep, "/"),
    hasDouble(name.replaceAll(sep, "_"), { folder, path: whole })
      ? PLAIN_BUT_JOINT
      : PLAIN,
  );
}

/**
 * Tells whether a path below a folder differs from another one only in having
 * `_` for a separator or the reverse.
 */
function hasDouble(
  name: string,
  { folder, path }: { readonly folder: string; readonly path: string },
): boolean {
  const whole = join(folder, name);
  if (whole !== path && exists(whole)) return true;
  for (let at = name.indexOf("_"); at >= 0; at = name.indexOf("_", at + 1)) {
    const next = join(folder, name.slice(0, at));
    const isFurther = at > 0 && exists(next) &&
      hasDouble(name.slice(at + 1), { folder: next, path });
    if (isFurther) return true;
  }
  return false;
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
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
