/**
 * Sanitising of text for terminals: it may quote untrusted file names and
 * contents.
 *
 * @module
 */

/** Maximum length of a line in characters. */
const LONGEST = 500;

/**
 * Line breaks, terminal control characters, and bidirectional controls, which
 * can display letters in a misleading order.
 */
const CONTROLS =
  / *[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+ */gu;

/**
 * Makes a text safe to print as one line of a terminal.
 *
 * @param text The text.
 * @returns The text without control characters; the middle of a long one is cut
 *   out.
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
 * Makes a text safe to print as one line of a terminal, of any length: a
 * command to be copied must stay whole.
 *
 * @param text The text.
 * @returns The text without control characters.
 */
export function cleanLine(text: string): string {
  return text.replaceAll(CONTROLS, " ").trimEnd();
}
