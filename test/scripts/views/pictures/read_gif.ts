/**
 * Reads GIFs with another library than the one that writes them.
 *
 * @module
 */

import { GifReader } from "npm:omggif@1.0.10";

/** An animated picture. */
export interface Gif {
  readonly width: number;
  readonly height: number;
  readonly loopCount: number | null;
  /** How long each frame is shown, in 1/100 s. */
  readonly delays: readonly number[];
  /** Finds the colour `#rrggbb` of a pixel, by frame and position. */
  colourAt(frame: number, x: number, y: number): string;
}

/**
 * Reads a GIF.
 *
 * @param path Its file.
 * @returns The GIF.
 */
export async function readGif(path: string): Promise<Gif> {
  const reader = new GifReader(await Deno.readFile(path));
  const { width, height } = reader;
  const frames = Array.from({ length: reader.numFrames() }, (_, i) => {
    const pixels = new Uint8Array(4 * width * height);
    reader.decodeAndBlitFrameRGBA(i, pixels);
    return { pixels, delay: reader.frameInfo(i).delay };
  });
  return {
    width,
    height,
    loopCount: reader.loopCount(),
    delays: frames.map(({ delay }) => delay),
    colourAt(frame, x, y) {
      const at = 4 * (y * width + x);
      return `#${frames[frame].pixels.subarray(at, at + 3).toHex()}`;
    },
  };
}
