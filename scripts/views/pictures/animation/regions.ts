/**
 * Lays out the frames of an animation: events, caption and output spikes.
 *
 * @module
 */

import type { Theme } from "../../charts/theme.ts";
import type { NetworkResponse } from "./network_response.ts";
import type { Sample } from "../samples/sample.ts";
import { chooseTimeUnit, formatNumber } from "../samples/time_unit.ts";
import {
  CAPTION_HEIGHT,
  CAPTION_MIN_WIDTH,
  drawCaptions,
  type LegendEntry,
} from "./captions.ts";
import { layOutVotes } from "./votes.ts";

/** A position in a frame, in pixels. */
export interface Place {
  readonly left: number;
  readonly top: number;
}

/** A part of the frames beside or beneath the events. */
export interface Region extends Place {
  readonly width: number;
  readonly height: number;
  /**
   * Renders the part for several frames, one below the other.
   *
   * @param ends End of the time window of each frame, in µs.
   * @returns Red, green, blue and opacity of each pixel.
   */
  draw(ends: readonly number[]): Promise<Uint8Array>;
}

/** The layout of the frames. */
export interface FrameLayout {
  readonly width: number;
  readonly height: number;
  /** Position of the events. */
  readonly events: Place;
  /** The parts around the events. */
  readonly regions: readonly Region[];
}

/**
 * Lays out frames: a caption beneath the events if there is room for it, and
 * the output spikes of a network on their right.
 *
 * @param sample The sample.
 * @param options Width of a pixel of the sensor in pixels, theme, legend, and
 * the output spikes of a network if they are shown.
 * @returns The layout.
 */
export async function layOutFrames(
  { pixels, endUs }: Sample,
  { scale, theme, legend, response }: {
    readonly scale: number;
    readonly theme: Theme;
    readonly legend: readonly LegendEntry[];
    readonly response?: NetworkResponse;
  },
): Promise<FrameLayout> {
  const [across, high] = [scale * pixels.width, scale * pixels.height];
  const width = response ? Math.max(across, CAPTION_MIN_WIDTH) : across;
  const captioned = width >= CAPTION_MIN_WIDTH;
  const least = high + (captioned ? CAPTION_HEIGHT : 0);
  const votes = response && await layOutVotes(response, theme, least);
  const height = votes?.height ?? least;
  const regions: Region[] = [];
  if (captioned) {
    const { us, name, decimals } = chooseTimeUnit(endUs);
    regions.push({
      left: 0,
      top: height - CAPTION_HEIGHT,
      width,
      height: CAPTION_HEIGHT,
      draw(ends) {
        const times = ends.map((end) =>
          `${formatNumber(end / us, decimals)} ${name}`
        );
        return drawCaptions(times, theme, { width, legend });
      },
    });
  }
  if (votes) {
    regions.push({
      left: width,
      top: 0,
      width: votes.width,
      height,
      draw: (ends) => votes.draw(ends.map((end) => end / 1000)),
    });
  }
  return {
    width: width + (votes?.width ?? 0),
    height,
    events: {
      left: Math.floor((width - across) / 2),
      top: Math.floor((height - least) / 2),
    },
    regions,
  };
}
