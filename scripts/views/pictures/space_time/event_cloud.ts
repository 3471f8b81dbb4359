/**
 * Draws events as dots in the space-time box.
 *
 * @module
 */

import { GROUNDS, type Theme } from "../../charts/theme.ts";
import { colourOf, imageUrl } from "../gif.ts";
import type { Sample } from "../samples/sample.ts";
import { boxHeight, project } from "./projection.ts";

/** Pixels of the picture per pixel of the chart. */
const DENSITY = 2;

/**
 * Draws every event as a dot; nearer dots hide farther ones.
 *
 * @param sample The sample.
 * @param theme The theme.
 * @param options Width of the picture in the chart, in pixels.
 * @returns Data URL of the picture, with a transparent background.
 */
export function drawEventCloud(
  sample: Sample,
  theme: Theme,
  { width }: { readonly width: number },
): string {
  const { events: { x, y, t, p }, pixels, origin, startUs, endUs } = sample;
  const columns = Math.ceil(DENSITY * width);
  const rows = Math.ceil(DENSITY * boxHeight(width));
  const image = new Uint8Array(columns * rows);
  const nearest = new Float32Array(columns * rows).fill(-Infinity);
  const side = dotSide(t.length);
  for (let i = 0; i < t.length; i++) {
    const row = (y[i] - pixels.y + 0.5) / pixels.height;
    const { left, top, near } = project({
      t: (t[i] - startUs) / (endUs - startUs),
      x: (x[i] - pixels.x + 0.5) / pixels.width,
      up: origin === "top" ? 1 - row : row,
    }, columns);
    const first = {
      column: clamp(Math.round(left - side / 2), columns - side),
      row: clamp(Math.round(top - side / 2), rows - side),
    };
    for (let dot = 0; dot < side * side; dot++) {
      const at = (first.row + Math.floor(dot / side)) * columns +
        first.column + dot % side;
      if (near < nearest[at]) continue;
      nearest[at] = near;
      image[at] = 1 + p[i];
    }
  }
  const { paper, off, on } = GROUNDS[theme];
  return imageUrl(
    { width: columns, height: rows, pixels: image },
    [paper, off, on].map(colourOf),
    { transparent: 0 },
  );
}

/** Side of a dot in pixels; larger for fewer events. */
function dotSide(events: number): number {
  return 2 + Math.round(clamp(Math.sqrt(200_000 / events) - 2, 8));
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(value, most));
}
