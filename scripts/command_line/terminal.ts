/**
 * Width of the terminal.
 *
 * @module
 */

/** A stream that may be a terminal. */
export interface Screen {
  /** Whether it is a terminal. */
  isTerminal(): boolean;
  /** Its width in characters; 0 if the terminal does not know. */
  columns(): number;
}

/** Width of lines in files and pipes, in characters. */
const USUAL = 80;

const STANDARD_OUTPUT: Screen = {
  isTerminal: () => Deno.stdout.isTerminal(),
  columns: () => Deno.consoleSize().columns,
};

/**
 * Finds the number of characters that fit a line.
 *
 * @param screen The stream; the standard output unless given.
 * @returns The width of the terminal; 80 without one.
 *
 * @example
 * ```ts
 * import { lineWidth } from "./terminal.ts";
 * const screen = { isTerminal: () => true, columns: () => 132 };
 * if (lineWidth(screen) !== 132) throw new Error("expected its width");
 * ```
 */
export function lineWidth(screen: Screen = STANDARD_OUTPUT): number {
  return (screen.isTerminal() && screen.columns()) || USUAL;
}
