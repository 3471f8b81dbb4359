/**
 * Draws a confusion matrix with block characters, for a terminal.
 *
 * @module
 */

/** Shades of a cell, from none to all of a class's samples. */
const SHADES = " ░▒▓█";

/** Longest class name before a row, in characters. */
const NAME = 12;

/** Possible widths of a column with a gap, in characters, widest first. */
const ABOVE = [3, 2, 1];

/**
 * Draws the confusion matrix.
 *
 * The shade of a cell is its share of the true class. Each row ends with the
 * number of correct predictions.
 *
 * @param outcomes True and predicted class of each sample, as indices.
 * @param classes Names of the classes.
 * @param columns Largest number of characters in a line; cells are up to three
 * wide if there is room.
 * @returns The lines: a header and one per class.
 *
 * @example
 * ```ts
 * import { drawConfusions } from "./confusion_table.ts";
 * const outcomes = [{ label: 0, prediction: 0 }, { label: 1, prediction: 0 }];
 * const lines = drawConfusions(outcomes, ["cat", "dog"], 80);
 * if (lines[1] !== "cat ███     1 of 1") throw new Error(lines[1]);
 * ```
 */
export function drawConfusions(
  outcomes: readonly { readonly label: number; readonly prediction: number }[],
  classes: readonly string[],
  columns: number,
): string[] {
  const names = classes.map((name) => name.slice(0, NAME));
  const width = Math.max(...names.map((name) => name.length));
  const numbers = ` ${outcomes.length} of ${outcomes.length}`.length;
  const room = columns - width - 1 - numbers;
  const spaced = ABOVE.find((cell) => (cell + 1) * names.length <= room + 1);
  const cell = spaced ?? 1;
  const gap = spaced ? " " : "";
  const initials = names.map((name) => name.slice(0, cell).padEnd(cell));
  const rows = names.map((name, label) => {
    const those = outcomes.filter((outcome) => outcome.label === label);
    const cells = classes.map((_, prediction) => {
      const count = those.filter((o) => o.prediction === prediction).length;
      const shade = Math.ceil((SHADES.length - 1) * count / those.length) || 0;
      return SHADES[shade].repeat(cell);
    });
    const right = those.filter(({ prediction }) => prediction === label).length;
    return `${name.padEnd(width)} ${
      cells.join(gap)
    } ${right} of ${those.length}`;
  });
  return [`${" ".repeat(width)} ${initials.join(gap)}`.trimEnd(), ...rows];
}
