/**
 * Moving pictures: a window of time that goes over a sample.
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

/** How a moving picture is made. */
export interface AnimationOptions {
  /** What time each frame shows. */
  readonly plan: FramePlan;
  /** What frames show. */
  readonly colours: keyof typeof FRAME_STYLES;
  readonly theme: Theme;
  /** Longest side of the events, in pixels, filled as far as whole ones do. */
  readonly size: number;
  /** What a network makes of the sample, to be shown beside it. */
  readonly response?: NetworkResponse;
  /** Called after each frame. */
  readonly onFrame?: (done: number) => void;
}

/** A moving picture. */
export interface Animation {
  /** The bytes of its GIF. */
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Pixels around the events that are drawn at once. */
const BATCH_PIXELS = 5_000_000;

/** Colours of what is around the events, where letters have soft edges. */
const SOFT_COLOURS = 50;

/**
 * Makes a moving picture of a sample, with a line of time and colours beneath
 * it where there is room, and maybe a network's outputs beside it.
 *
 * @param sample The sample.
 * @param options How to make it.
 * @returns The picture.
 * @throws {RangeError} If it has too little room.
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
    // 24 frames fill a second only if some stand longer than others.
    const [shown, over] = [i, i + 1].map((n) => Math.round(100 * n / rate));
    gif.add(frame, over - shown);
    onFrame?.(i + 1);
  }
  return { bytes: gif.finish(), width, height };
}

/** How many pixels wide and high a pixel of the sensor becomes. */
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

/** Finds the colours of regions in the last frame, which has the most in it. */
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

/** Puts a picture into a larger one. */
function put(image: IndexedImage, { left, top }: Place, into: IndexedImage) {
  for (let row = 0; row < image.height; row++) {
    const from = row * image.width;
    into.pixels.set(
      image.pixels.subarray(from, from + image.width),
      (top + row) * into.width + left,
    );
  }
}
