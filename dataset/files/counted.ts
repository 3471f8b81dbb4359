/**
 * Counts with singular or plural nouns, for messages.
 *
 * @module
 */

/**
 * Formats a count with its noun.
 *
 * @param count The number.
 * @param noun The noun in the singular, whose plural ends in s.
 * @param options Formatter of the number; plain digits by default.
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
