/**
 * Colours for canvases, which style sheets do not apply to.
 *
 * @module
 */

/// <reference lib="dom" />

import { type Ground, GROUNDS } from "../../../charts/theme.ts";

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [number, number, number];

/** Whether the browser prefers dark pages. */
const dark = matchMedia("(prefers-color-scheme: dark)");

/**
 * Returns the colours of the theme in use.
 *
 * @returns The colours of the theme.
 */
export function groundNow(): Ground {
  return GROUNDS[dark.matches ? "dark" : "light"];
}

/**
 * Watches for a change between the light and the dark theme.
 *
 * @param onChange Called when the theme has changed.
 */
export function watchGround(onChange: () => void): void {
  dark.addEventListener("change", onChange);
}

/**
 * Parses a colour.
 *
 * @param text The colour, `#rrggbb`.
 * @returns Red, green and blue.
 */
export function parseColour(text: string): Colour {
  const number = parseInt(text.slice(1), 16);
  return [number >> 16, number >> 8 & 255, number & 255];
}

/**
 * Mixes two colours.
 *
 * @param from First colour.
 * @param to Second colour.
 * @param share Share of the second colour, 0 to 1.
 * @returns The mixed colour.
 */
export function mix(from: Colour, to: Colour, share: number): Colour {
  const [r, g, b] = from.map((part, i) => part + (to[i] - part) * share);
  return [r, g, b];
}

/**
 * Sets a pixel.
 *
 * @param image The picture.
 * @param pixel Index of the pixel, row by row.
 * @param colour The colour.
 */
export function paint(
  { data }: ImageData,
  pixel: number,
  [r, g, b]: Colour,
): void {
  data[4 * pixel] = r;
  data[4 * pixel + 1] = g;
  data[4 * pixel + 2] = b;
  data[4 * pixel + 3] = 255;
}
