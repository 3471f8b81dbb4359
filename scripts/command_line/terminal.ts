/**
 * How wide the terminal is that somebody watches.
 *
 * @module
 */

/** A stream that may be a terminal. */
export interface Screen {
  /** Whether it is one. */
  isTerminal(): boolean;
  /** Its width in characters; 0 if the terminal does not know. */
  columns(): number;
}

/** Width of what is no terminal. */
const USUAL = 80;

const STANDARD_OUTPUT: Screen = {
  isTerminal: () => Deno.stdout.isTerminal(),
  columns: () => Deno.consoleSize().columns,
};

/**
 * Tells how many characters a line has.
 *
 * @param screen Where it is shown; the standard output unless given.
 * @returns The width of the terminal, 80 if there is none.
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
