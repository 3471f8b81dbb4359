/**
 * Text made safe to print: it may quote file names and contents from anywhere.
 *
 * @module
 */

/** Maximum length of a line in characters. */
const LONGEST = 500;

/**
 * Line breaks, terminal control characters, and controls of right-to-left
 * writing, which can display letters in another order than they have.
 */
const CONTROLS =
  / *[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+ */gu;

/**
 * Makes a text safe to print as one line of a terminal.
 *
 * @param text The text.
 * @returns The same without control characters; without its middle if it is
 *   too long.
 *
 * @example
 * ```ts
 * import { shownLine } from "./shown_line.ts";
 * const line = shownLine('class is "a\u0000\n\u202eb"');
 * if (line !== 'class is "a b"') throw new Error(line);
 * ```
 */
export function shownLine(text: string): string {
  const half = LONGEST / 2;
  return cleanLine(
    text.length > LONGEST
      ? `${text.slice(0, half)}…${text.slice(-half)}`
      : text,
  );
}

/**
 * Makes a text safe to print as one line of a terminal, however long it is: a
 * command to copy must be whole.
 *
 * @param text The text.
 * @returns The same without control characters.
 */
export function cleanLine(text: string): string {
  return text.replaceAll(CONTROLS, " ").trimEnd();
}
