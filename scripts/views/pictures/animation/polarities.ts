/**
 * Paints pixels with ON events, OFF events or both in different colours.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { bisectLeft } from "npm:d3-array@3.2.4";
import { GROUNDS, type Theme } from "../../charts/theme.ts";
import { type Colour, colourOf, type IndexedImage } from "../gif.ts";
import type { Sample } from "../samples/sample.ts";

/**
 * Paints the pixels that had events in a time window.
 *
 * @param sample The sample.
 * @param fromUs Start of the window in µs.
 * @param toUs End of the window in µs, exclusive.
 * @returns The picture, in colours of `polarityColours()`.
 *
 * @example
 * ```ts
 * import { paintPolarities } from "./polarities.ts";
 * import { createSample } from "../samples/sample.ts";
 * const sample = createSample({
 *   x: Uint16Array.of(0, 1, 2, 2),
 *   y: Uint16Array.of(0, 0, 0, 0),
 *   t: Uint32Array.of(0, 5, 8, 9),
 *   p: Uint8Array.of(1, 0, 0, 1),
 * }, { name: "four", sensor: { width: 4, height: 1 }, origin: "top" });
 * const { pixels } = paintPolarities(sample, 0, 10);
 * if (`${pixels}` !== "2,1,3,0") throw new Error("mispainted");
 * ```
 */
export function paintPolarities(
  { events: { x, y, t, p }, pixels: window, origin }: Sample,
  fromUs: number,
  toUs: number,
): IndexedImage {
  const { width, height } = window;
  const pixels = new Uint8Array(width * height);
  const end = bisectLeft(t, toUs);
  for (let i = bisectLeft(t, fromUs); i < end; i++) {
    const row = y[i] - window.y;
    const shown = origin === "top" ? row : height - 1 - row;
    pixels[shown * width + x[i] - window.x] |= 1 << p[i];
  }
  return { width, height, pixels };
}

/**
 * Lists the colours of pixels with no events, OFF events, ON events, and both.
 *
 * @param theme The theme.
 * @returns The four colours.
 */
export function polarityColours(theme: Theme): Colour[] {
  const { paper, off, on, ink } = GROUNDS[theme];
  return [paper, off, on, ink].map(colourOf);
}
