/**
 * Lines that somebody reads, whatever they quote.
 *
 * @module
 */

/** Characters of a line that are shown at most. */
const LONGEST = 500;

/**
 * Line breaks, controls of a terminal, and controls of writing from right to
 * left, which show letters in another order than they have.
 */
const CONTROLS =
  / *[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+ */gu;

/**
 * Makes one line of a text that may quote names from anywhere, for a terminal.
 *
 * @param text The text.
 * @returns The same without control characters; where it is too long, without
 * its middle.
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
  const short = text.length > LONGEST
    ? `${text.slice(0, half)}…${text.slice(-half)}`
    : text;
  return short.replaceAll(CONTROLS, " ").trimEnd();
}
