/**
 * Draws columns and shades with block characters, for a terminal.
 *
 * @module
 */

import { typicalLimit } from "../differences.ts";

/** Characters of increasing shade, from empty to full. */
const SHADES = " ░▒▓█";

/** Characters of increasing height, filled from below. */
const LEVELS = " ▁▂▃▄▅▆▇█";

/**
 * Least number of pixels along the width of a character, which is twice as high
 * as wide.
 */
const FEWEST_PIXELS = 3;

/**
 * Draws values as columns beside each other.
 *
 * @param values The values, none below 0.
 * @param options Height of the highest column in lines.
 * @returns The lines, from the top.
 *
 * @example
 * ```ts
 * import { drawColumns } from "./block_characters.ts";
 * const lines = drawColumns([0, 1, 8, 16], { height: 2 });
 * if (lines.join("|") !== "   █| ▁██") throw new Error(lines.join("|"));
 * ```
 */
export function drawColumns(
  values: readonly number[],
  { height }: { readonly height: number },
): string[] {
  const highest = Math.max(...values);
  const steps = LEVELS.length - 1;
  return Array.from({ length: height }, (_, line) => {
    const below = steps * (height - 1 - line);
    return values.map((value) => {
      const filled = Math.ceil(value / highest * steps * height) - below;
      return LEVELS[Math.max(0, Math.min(filled, steps))];
    }).join("");
  });
}

/**
 * Draws the counts of pixels as shades.
 *
 * @param counts The counts, row by row.
 * @param options Number of pixels in a row, and largest number of characters in
 * a line.
 * @returns The lines, from the first row on.
 *
 * @example
 * ```ts
 * import { drawShades } from "./block_characters.ts";
 * const counts = new Int32Array(6 * 6);
 * counts[0] = 9;
 * counts[35] = 4;
 * const lines = drawShades(counts, { width: 6, columns: 60 });
 * if (lines.join("|") !== "█▒") throw new Error(lines.join("|"));
 * ```
 */
export function drawShades(
  counts: Int32Array,
  { width, columns }: { readonly width: number; readonly columns: number },
): string[] {
  const side = Math.max(FEWEST_PIXELS, Math.ceil(width / columns));
  const height = counts.length / width;
  const across = Math.ceil(width / side);
  const cells = new Int32Array(across * Math.ceil(height / (2 * side)));
  for (const [i, count] of counts.entries()) {
    const row = Math.floor(i / width / (2 * side));
    cells[row * across + Math.floor(i % width / side)] += count;
  }
  const most = typicalLimit([cells]);
  const shades = Array.from(cells, (count) => {
    const share = Math.min(count / most, 1);
    return SHADES[Math.round(share * (SHADES.length - 1))];
  });
  return Array.from(
    { length: cells.length / across },
    (_, row) => shades.slice(row * across, (row + 1) * across).join(""),
  );
}
