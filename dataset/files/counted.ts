/**
 * Numbers of things, in words.
 *
 * @module
 */

/**
 * Writes how many things there are.
 *
 * @param count The number.
 * @param noun What one of them is called; several have an s.
 * @param options How the number is written, if not with its digits alone.
 * @returns The number and the noun, such as `1 slice` or `2 slices`.
 *
 * @example
 * ```ts
 * import { counted } from "./counted.ts";
 * const words = [counted(1, "slice"), counted(0, "slice")];
 * if (`${words}` !== "1 slice,0 slices") throw new Error(`${words}`);
 * ```
 */
export function counted(
  count: number,
  noun: string,
  { format = String }: { readonly format?: (count: number) => string } = {},
): string {
  return `${format(count)} ${noun}${count === 1 ? "" : "s"}`;
}
