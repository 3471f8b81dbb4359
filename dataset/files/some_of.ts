/**
 * Short lists of names, for messages.
 *
 * @module
 */

/** Largest number of names that are listed. */
const NAMED = 4;

/**
 * Lists the first few names.
 *
 * @param names The names.
 * @returns Comma-separated names, with `…` for those left out.
 *
 * @example
 * ```ts
 * import { someOf } from "./some_of.ts";
 * const words = someOf(["ann", "bob", "cleo", "dan", "eve"]);
 * if (words !== "ann, bob, cleo, …") throw new Error(words);
 * ```
 */
export function someOf(names: readonly string[]): string {
  return names.length > NAMED
    ? `${names.slice(0, NAMED - 1).join(", ")}, …`
    : names.join(", ");
}
