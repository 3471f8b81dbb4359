/**
 * Words of command lines to copy.
 *
 * @module
 */

/**
 * Quotes a word for a POSIX shell, if it needs it.
 *
 * @param word The word.
 * @returns The word, in quotes if it has other characters than those of paths.
 *
 * @example
 * ```ts
 * import { quote } from "./quote.ts";
 * if (quote("my data") !== "'my data'") throw new Error(quote("my data"));
 * ```
 */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", "'\\''")}'`;
}
