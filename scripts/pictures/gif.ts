/**
 * Pictures of few colours, still and moving, as GIF.
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
  /** Which colour each pixel has, row by row from the top. */
  readonly pixels: Uint8Array;
}

/** A moving picture that is being written. */
export interface GifWriter {
  /**
   * Appends a frame.
   *
   * @param frame The frame, of the size of all others.
   * @param centiseconds How long it stands.
   */
  add(frame: IndexedImage, centiseconds: number): void;
  /** Ends the picture and gives the bytes of its file. */
  finish(): Uint8Array<ArrayBuffer>;
}

/**
 * Begins a picture that moves and starts over for ever.
 *
 * @param palette Its colours.
 * @returns What to hand the frames to.
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
 * Writes a picture into an address, for other pictures to hold it.
 *
 * @param image The picture.
 * @param palette Its colours.
 * @param options Which colour is seen through, if any.
 * @returns The address, `data:image/gif;base64,…`.
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
 * Finds the colours of a picture.
 *
 * @param rgba Red, green, blue and opacity of each pixel.
 * @param count How many colours to find at most.
 * @returns The colours that stand for all in it.
 */
export function findPalette(rgba: Uint8Array, count: number): Colour[] {
  return gifenc.quantize(rgba, count);
}

/**
 * Gives each pixel the nearest colour.
 *
 * @param rgba Red, green, blue and opacity of each pixel.
 * @param palette The colours.
 * @returns Which colour each pixel gets.
 */
export function applyPalette(
  rgba: Uint8Array,
  palette: readonly Colour[],
): Uint8Array<ArrayBuffer> {
  return gifenc.applyPalette(rgba, palette);
}

/**
 * Reads a colour.
 *
 * @param hex The colour, `#rrggbb`.
 * @returns Its three parts.
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
