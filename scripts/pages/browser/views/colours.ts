/**
 * Colours of the page on canvases, where style sheets do not reach.
 *
 * @module
 */

/// <reference lib="dom" />

import { type Ground, GROUNDS } from "../../../charts/theme.ts";

/** Red, green and blue. */
export type Colour = readonly [number, number, number];

/** Whether the page is looked at in the dark. */
const dark = matchMedia("(prefers-color-scheme: dark)");

/**
 * Says which colours are to be used now.
 *
 * @returns The colours of the theme.
 */
export function groundNow(): Ground {
  return GROUNDS[dark.matches ? "dark" : "light"];
}

/**
 * Watches whether it gets dark.
 *
 * @param onChange Is called when other colours are to be used.
 */
export function watchGround(onChange: () => void): void {
  dark.addEventListener("change", onChange);
}

/**
 * Reads a colour.
 *
 * @param text The colour, `#rrggbb`.
 * @returns Its parts, 0 to 255.
 */
export function parseColour(text: string): Colour {
  const number = parseInt(text.slice(1), 16);
  return [number >> 16, number >> 8 & 255, number & 255];
}

/**
 * Reads a colour of the style sheet, as it is now.
 *
 * @param name Its name there, without the dashes.
 * @returns The colour.
 */
export function styleColour(name: string): Colour {
  const style = getComputedStyle(document.documentElement);
  return parseColour(style.getPropertyValue(`--${name}`).trim());
}

/**
 * Mixes two colours.
 *
 * @param from One.
 * @param to The other.
 * @param share How much of the other, 0 to 1.
 * @returns What comes of it.
 */
export function mix(from: Colour, to: Colour, share: number): Colour {
  const [r, g, b] = from.map((part, i) => part + (to[i] - part) * share);
  return [r, g, b];
}

/**
 * Sets a pixel.
 *
 * @param image The picture.
 * @param pixel Its number, row by row.
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
