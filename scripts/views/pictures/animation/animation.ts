/**
 * Animated pictures: a time window that moves over a sample.
 *
 * @module
 */

import { GROUNDS, type Theme } from "../../charts/theme.ts";
import type { FramePlan } from "./frame_plan.ts";
import { FRAME_STYLES } from "./frame_styles.ts";
import { layOutFrames, type Place, type Region } from "./regions.ts";
import {
  applyPalette,
  type Colour,
  colourOf,
  createGif,
  findPalette,
  type IndexedImage,
} from "../gif.ts";
import type { NetworkResponse } from "./network_response.ts";
import type { Sample } from "../samples/sample.ts";

/** Options of an animation. */
export interface AnimationOptions {
  /** Time window of each frame. */
  readonly plan: FramePlan;
  /** Style of the frames. */
  readonly colours: keyof typeof FRAME_STYLES;
  readonly theme: Theme;
  /**
   * Longest side of the event area in pixels; it is rounded down to a multiple
   * of the sensor's size.
   */
  readonly size: number;
  /** Output spikes of a network for the sample, to be shown beside it. */
  readonly response?: NetworkResponse;
  /** Called after each frame. */
  readonly onFrame?: (done: number) => void;
}

/** An animated picture. */
export interface Animation {
  /** The bytes of its GIF. */
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Largest number of pixels around the events to render at once. */
const BATCH_PIXELS = 5_000_000;

/** Number of colours around the events, for antialiased letters. */
const SOFT_COLOURS = 50;

/**
 * Animates a sample, with time and legend in a caption beneath it if there is
 * room, and optionally the output spikes of a network beside it.
 *
 * @param sample The sample.
 * @param options How to animate it.
 * @returns The animation.
 * @throws {RangeError} If `size` is smaller than the sample.
 */
export async function animate(
  sample: Sample,
  { plan, colours, theme, size, response, onFrame }: AnimationOptions,
): Promise<Animation> {
  const { starts, windowUs, rate } = plan;
  const scale = scaleOf(sample, size);
  const style = FRAME_STYLES[colours](sample, plan, theme);
  const { width, height, events, regions } = await layOutFrames(sample, {
    scale,
    theme,
    legend: style.legend,
    response,
  });
  const palette = [
    ...style.palette,
    colourOf(GROUNDS[theme].paper),
    ...await softColours(regions, sample.endUs),
  ];
  const ground = style.palette.length;
  const ends = starts.map((start) => Math.min(start + windowUs, sample.endUs));
  const around = regions.reduce((sum, it) => sum + it.width * it.height, 1);
  const batch = Math.ceil(BATCH_PIXELS / around);
  const gif = createGif(palette);
  let drawn: Uint8Array[] = [];
  for (const [i, start] of starts.entries()) {
    if (i % batch === 0) {
      drawn = await Promise.all(
        regions.map(async ({ draw }) =>
          applyPalette(await draw(ends.slice(i, i + batch)), palette)
        ),
      );
    }
    const pixels = new Uint8Array(width * height).fill(ground);
    const frame = { width, height, pixels };
    regions.forEach((region, n) => {
      const first = region.width * region.height * (i % batch);
      put({ ...region, pixels: drawn[n].subarray(first) }, region, frame);
    });
    put(enlarge(style.paint(start), scale), events, frame);
    // GIF delays are in 1/100 s, so that at 24 frames per second they vary.
    const [shown, over] = [i, i + 1].map((n) => Math.round(100 * n / rate));
    gif.add(frame, over - shown);
    onFrame?.(i + 1);
  }
  return { bytes: gif.finish(), width, height };
}

/** Computes the integer zoom of a sensor pixel. */
function scaleOf({ name, pixels }: Sample, size: number): number {
  const longest = Math.max(pixels.width, pixels.height);
  if (size < longest) {
    throw new RangeError(
      `Cannot animate "${name}" at size ${size}: it has ` +
        `${pixels.width}×${pixels.height} pixels`,
    );
  }
  return Math.floor(size / longest);
}

/**
 * Finds the colours around the events from the last frame, which has the most
 * spikes.
 */
async function softColours(
  regions: readonly Region[],
  endUs: number,
): Promise<Colour[]> {
  if (regions.length === 0) return [];
  const drawn = await Promise.all(regions.map(({ draw }) => draw([endUs])));
  const rgba = new Uint8Array(
    await new Blob(drawn as BlobPart[]).arrayBuffer(),
  );
  return findPalette(rgba, SOFT_COLOURS);
}

function enlarge(image: IndexedImage, scale: number): IndexedImage {
  const [width, height] = [scale * image.width, scale * image.height];
  const pixels = new Uint8Array(width * height);
  for (let row = 0; row < image.height; row++) {
    const first = row * scale * width;
    for (let column = 0; column < width; column++) {
      const from = row * image.width + Math.floor(column / scale);
      pixels[first + column] = image.pixels[from];
    }
    for (let copy = 1; copy < scale; copy++) {
      pixels.copyWithin(first + copy * width, first, first + width);
    }
  }
  return { width, height, pixels };
}

/** Copies a picture into a larger one. */
function put(image: IndexedImage, { left, top }: Place, into: IndexedImage) {
  for (let row = 0; row < image.height; row++) {
    const from = row * image.width;
    into.pixels.set(
      image.pixels.subarray(from, from + image.width),
      (top + row) * into.width + left,
    );
  }
}
