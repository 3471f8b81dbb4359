/**
 * Quotes words of command lines that users may copy.
 *
 * @module
 */

/**
 * Quotes a word for a POSIX shell, if it needs it.
 *
 * @param word The word.
 * @returns The word, quoted if it has characters that are unusual in paths.
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
