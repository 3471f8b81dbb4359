/**
 * Counts ON minus OFF events of each pixel and paints them as grey levels.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { bisectLeft } from "npm:d3-array@3.2.4";
import type { Colour, IndexedImage } from "./gif.ts";
import type { Sample } from "./samples/sample.ts";

/** Number of grey levels on either side of the middle. */
const SIDE = 100;

/**
 * Share of the active pixels whose counts the grey scale resolves; the rest,
 * such as hot pixels, are clipped.
 */
const TYPICAL = 0.99;

/** The greys, from black to white; the middle is a difference of 0. */
export const GREYS: readonly Colour[] = Array.from(
  { length: 2 * SIDE + 1 },
  (_, level) => {
    const grey = Math.round(255 * level / (2 * SIDE));
    return [grey, grey, grey];
  },
);

/**
 * Counts the events of each pixel in a time window.
 *
 * @param sample The sample.
 * @param fromUs Start of the window in µs.
 * @param toUs End of the window in µs, exclusive.
 * @returns ON minus OFF events of each pixel, row by row from the top of the
 *   picture.
 *
 * @example
 * ```ts
 * import { countDifferences } from "./differences.ts";
 * import { createSample } from "./samples/sample.ts";
 * const sample = createSample({
 *   x: Uint16Array.of(0, 1, 1),
 *   y: Uint16Array.of(0, 0, 0),
 *   t: Uint32Array.of(0, 5, 9),
 *   p: Uint8Array.of(1, 0, 0),
 * }, { name: "three", sensor: { width: 2, height: 2 }, origin: "bottom" });
 * const counts = countDifferences(sample, 0, 9);
 * if (`${counts}` !== "0,0,1,-1") throw new Error("miscounted");
 * ```
 */
export function countDifferences(
  { events: { x, y, t, p }, pixels, origin }: Sample,
  fromUs: number,
  toUs: number,
): Int32Array {
  const { width, height } = pixels;
  const counts = new Int32Array(width * height);
  const end = bisectLeft(t, toUs);
  for (let i = bisectLeft(t, fromUs); i < end; i++) {
    const row = y[i] - pixels.y;
    const shown = origin === "top" ? row : height - 1 - row;
    counts[shown * width + x[i] - pixels.x] += 2 * p[i] - 1;
  }
  return counts;
}

/**
 * Chooses the difference to paint white or black, so that a few hot pixels do
 * not compress the grey scale.
 *
 * @param pictures Differences of all pictures that share the grey scale.
 * @returns The 99th percentile of the absolute differences of active pixels; at
 * least 1.
 *
 * @example
 * ```ts
 * import { typicalLimit } from "./differences.ts";
 * const counts = Int32Array.from({ length: 1000 }, (_, i) => i % 2 ? 3 : -4);
 * counts[7] = 1000;
 * if (typicalLimit([counts, counts]) !== 4) throw new Error("expected 4");
 * ```
 */
export function typicalLimit(pictures: Iterable<Int32Array>): number {
  const pixels: number[] = [];
  for (const counts of pictures) {
    for (const count of counts) {
      const size = Math.abs(count);
      if (size > 0) pixels[size] = (pixels[size] ?? 0) + 1;
    }
  }
  const changed = pixels.reduce((sum, count) => sum + count, 0);
  let covered = 0;
  for (const [limit, count] of pixels.entries()) {
    covered += count ?? 0;
    if (limit > 0 && covered >= TYPICAL * changed) return limit;
  }
  return 1;
}

/**
 * Paints differences as grey levels.
 *
 * @param counts ON minus OFF events of each pixel.
 * @param width Pixels in a row.
 * @param limit The difference that is painted white, or black if negative.
 * @returns The picture, in colours of `GREYS`.
 */
export function paintDifferences(
  counts: Int32Array,
  width: number,
  limit: number,
): IndexedImage {
  const pixels = Uint8Array.from(counts, (count) => {
    const share = Math.max(-1, Math.min(count / limit, 1));
    return SIDE + Math.round(SIDE * share);
  });
  return { width, height: counts.length / width, pixels };
}
