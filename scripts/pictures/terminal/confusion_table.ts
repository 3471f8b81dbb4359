/**
 * A confusion matrix for a terminal, of block characters.
 *
 * @module
 */

/** Shades of a cell, from none of a class's samples to all. */
const SHADES = " ░▒▓█";

/** Characters of a class's name, at most, before its row. */
const NAME = 12;

/** Characters of it above its column, with a space behind each while there
 * is room. */
const ABOVE = [3, 2, 1];

/**
 * Draws how often each class was taken for which.
 *
 * A cell is as dark as the share of its class's samples that it holds; the
 * number behind a row counts the samples that were right, of all.
 *
 * @param outcomes Classes and predictions, as indices.
 * @param classes Names of the classes.
 * @param columns Characters that a line may have; cells become as wide as there
 *   is room, up to three.
 * @returns The lines, one a class and one above them.
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
