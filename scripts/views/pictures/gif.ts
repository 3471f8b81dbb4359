/**
 * Writes still and animated GIF pictures of few colours.
 *
 * @module
 */

import gifenc from "npm:gifenc@1.0.3";

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** A picture of at most 256 colours. */
export interface IndexedImage {
  readonly width: number;
  readonly height: number;
  /** Index of the colour of each pixel, row by row from the top. */
  readonly pixels: Uint8Array;
}

/** Writer of an animated picture. */
export interface GifWriter {
  /**
   * Appends a frame.
   *
   * @param frame The frame; all frames have the same size.
   * @param centiseconds How long the frame is shown, in 1/100 s.
   */
  add(frame: IndexedImage, centiseconds: number): void;
  /** Ends the picture and returns the bytes of its file. */
  finish(): Uint8Array<ArrayBuffer>;
}

/**
 * Begins an animated picture that repeats for ever.
 *
 * @param palette Its colours.
 * @returns The writer, to add frames to.
 */
export function createGif(palette: readonly Colour[]): GifWriter {
  const gif = gifenc.GIFEncoder();
  let first = true;
  return {
    add({ width, height, pixels }, centiseconds) {
      const options = first ? { palette } : {};
      first = false;
      const delay = 10 * centiseconds;
      gif.writeFrame(pixels, width, height, { ...options, delay });
    },
    finish() {
      gif.finish();
      return gif.bytes();
    },
  };
}

/**
 * Encodes a picture as a data URL, to be embedded in a chart.
 *
 * @param image The picture.
 * @param palette Its colours.
 * @param options Index of the transparent colour, if there is one.
 * @returns The URL, `data:image/gif;base64,…`.
 */
export function imageUrl(
  { width, height, pixels }: IndexedImage,
  palette: readonly Colour[],
  { transparent }: { readonly transparent?: number } = {},
): string {
  const gif = gifenc.GIFEncoder();
  gif.writeFrame(pixels, width, height, {
    palette,
    transparent: transparent !== undefined,
    transparentIndex: transparent ?? 0,
  });
  gif.finish();
  return `data:image/gif;base64,${gif.bytes().toBase64()}`;
}

/**
 * Computes a palette for a picture.
 *
 * @param rgba Red, green, blue and opacity of each pixel.
 * @param count Largest number of colours.
 * @returns The colours.
 */
export function findPalette(rgba: Uint8Array, count: number): Colour[] {
  return gifenc.quantize(rgba, count);
}

/**
 * Maps each pixel to the nearest colour.
 *
 * @param rgba Red, green, blue and opacity of each pixel.
 * @param palette The colours.
 * @returns Index of the colour of each pixel.
 */
export function applyPalette(
  rgba: Uint8Array,
  palette: readonly Colour[],
): Uint8Array<ArrayBuffer> {
  return gifenc.applyPalette(rgba, palette);
}

/**
 * Parses a colour.
 *
 * @param hex The colour, `#rrggbb`.
 * @returns Red, green and blue, 0 to 255.
 *
 * @example
 * ```ts
 * import { colourOf } from "./gif.ts";
 * if (`${colourOf("#0080ff")}` !== "0,128,255") throw new Error("misread");
 * ```
 */
export function colourOf(hex: string): Colour {
  const [red, green, blue] = Uint8Array.fromHex(hex.slice(1));
  return [red, green, blue];
}
