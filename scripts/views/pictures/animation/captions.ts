/**
 * The caption beneath an animated picture: time and legend.
 *
 * @module
 */

import { FONT, GROUNDS, type Theme } from "../../charts/theme.ts";
import { renderPixels } from "../render.ts";
import { rectangle, words } from "./shapes.ts";

/** Height of a caption in pixels. */
export const CAPTION_HEIGHT = 28;

/** Least width of a frame with a caption, in pixels. */
export const CAPTION_MIN_WIDTH = 256;

/** A colour and its meaning. */
export interface LegendEntry {
  readonly colour: string;
  readonly text: string;
}

/**
 * Renders the captions of many frames at once.
 *
 * @param times Text of the time of each frame.
 * @param theme The theme.
 * @param options Width of the captions in pixels, and the legend.
 * @returns Red, green, blue and opacity of each pixel, one caption below the
 * other.
 */
export async function drawCaptions(
  times: readonly string[],
  theme: Theme,
  { width, legend }: {
    readonly width: number;
    readonly legend: readonly LegendEntry[];
  },
): Promise<Uint8Array> {
  const { paper, ink, faint } = GROUNDS[theme];
  const height = CAPTION_HEIGHT * times.length;
  const lines = times.map((time, i) => {
    const middle = CAPTION_HEIGHT * (i + 0.5);
    const y = middle + 5;
    const entries = legend.map((entry, place) => {
      const x = width - 56 * (legend.length - place);
      const box = { x, y: middle - 5, width: 10, height: 10 };
      return rectangle(box, entry.colour, ink) +
        words(entry.text, { x: x + 16, y, ink });
    });
    const rule = { x: 0, y: CAPTION_HEIGHT * i, width, height: 1 };
    return rectangle(rule, faint) + words(time, { x: 8, y, ink }) +
      entries.join("");
  });
  return await renderPixels(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" ` +
      `height="${height}" font-family="${FONT}" font-size="14">` +
      `<rect width="${width}" height="${height}" fill="${paper}"/>` +
      `${lines.join("")}</svg>`,
  );
}
