/**
 * Moving pictures: a window of time that goes over a sample.
 *
 * @module
 */

import type { Theme } from "../charts/theme.ts";
import {
  CAPTION_HEIGHT,
  CAPTION_MIN_WIDTH,
  drawCaptions,
} from "./animation/captions.ts";
import type { FramePlan } from "./animation/frame_plan.ts";
import { FRAME_STYLES } from "./animation/frame_styles.ts";
import {
  applyPalette,
  createGif,
  findPalette,
  type GifWriter,
  type IndexedImage,
} from "./gif.ts";
import type { Sample } from "./sample.ts";
import { chooseTimeUnit } from "./time_unit.ts";

/** How a moving picture is made. */
export interface AnimationOptions {
  /** What time each frame shows. */
  readonly plan: FramePlan;
  /** What frames show. */
  readonly colours: keyof typeof FRAME_STYLES;
  readonly theme: Theme;
  /** Longest side, in pixels, that is filled as far as whole pixels do. */
  readonly size: number;
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

/** Frames whose captions are drawn at once. */
const BATCH = 100;

/** Colours of captions, whose letters have soft edges. */
const CAPTION_COLOURS = 50;

/**
 * Makes a moving picture of a sample, with a line of time and colours beneath
 * it where there is room.
 *
 * @param sample The sample.
 * @param options How to make it.
 * @returns The picture.
 * @throws {RangeError} If it has too little room.
 */
export async function animate(
  sample: Sample,
  { plan, colours, theme, size, onFrame }: AnimationOptions,
): Promise<Animation> {
  const { starts, rate } = plan;
  const scale = scaleOf(sample, size);
  const style = FRAME_STYLES[colours](sample, plan, theme);
  const width = scale * sample.pixels.width;
  const captionHeight = width < CAPTION_MIN_WIDTH ? 0 : CAPTION_HEIGHT;
  const height = scale * sample.pixels.height + captionHeight;
  let palette = style.palette;
  let gif: GifWriter | undefined;
  let captions = new Uint8Array();
  for (const [i, start] of starts.entries()) {
    if (captionHeight > 0 && i % BATCH === 0) {
      const times = starts.slice(i, i + BATCH).map(timeWriter(sample));
      const { legend } = style;
      const rgba = await drawCaptions(times, theme, { width, legend });
      if (gif === undefined) {
        palette = [...palette, ...findPalette(rgba, CAPTION_COLOURS)];
      }
      captions = applyPalette(rgba, palette);
    }
    const pixels = new Uint8Array(width * height);
    enlarge(style.paint(start), scale, pixels);
    const caption = width * captionHeight;
    const first = caption * (i % BATCH);
    pixels.set(
      captions.subarray(first, first + caption),
      pixels.length - caption,
    );
    gif ??= createGif(palette);
    // 24 frames fill a second only if some stand longer than others.
    const [shown, over] = [i, i + 1].map((n) => Math.round(100 * n / rate));
    gif.add({ width, height, pixels }, over - shown);
    onFrame?.(i + 1);
  }
  return { bytes: gif!.finish(), width, height };
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

function timeWriter({ endUs }: Sample): (us: number) => string {
  const { us, name, decimals } = chooseTimeUnit(endUs);
  return (time) => `${(time / us).toFixed(decimals)} ${name}`;
}

function enlarge(image: IndexedImage, scale: number, out: Uint8Array): void {
  const width = scale * image.width;
  for (let row = 0; row < image.height; row++) {
    const first = row * scale * width;
    for (let column = 0; column < width; column++) {
      const from = row * image.width + Math.floor(column / scale);
      out[first + column] = image.pixels[from];
    }
    for (let copy = 1; copy < scale; copy++) {
      out.copyWithin(first + copy * width, first, first + width);
    }
  }
}
