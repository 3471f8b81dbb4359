/**
 * The styles in which frames show events: grey or by polarity.
 *
 * @module
 */

import { GROUNDS, type Theme } from "../../charts/theme.ts";
import type { LegendEntry } from "./captions.ts";
import {
  countDifferences,
  GREYS,
  paintDifferences,
  typicalLimit,
} from "../differences.ts";
import type { FramePlan } from "./frame_plan.ts";
import type { Colour, IndexedImage } from "../gif.ts";
import { paintPolarities, polarityColours } from "./polarities.ts";
import type { Sample } from "../samples/sample.ts";

/** Paints the events of a time window as a picture. */
export interface FrameStyle {
  readonly palette: readonly Colour[];
  /** The legend. */
  readonly legend: readonly LegendEntry[];
  /** Paints the window that starts at this time, in µs. */
  paint(startUs: number): IndexedImage;
}

/** The styles by name. */
export const FRAME_STYLES = {
  /** ON minus OFF events of each pixel in grey, on one scale for all frames. */
  grey(sample: Sample, { starts, windowUs }: FramePlan): FrameStyle {
    const count = (start: number) =>
      countDifferences(sample, start, start + windowUs);
    const limit = typicalLimit(starts.values().map(count));
    return {
      palette: GREYS,
      legend: [
        { colour: "white", text: "ON" },
        { colour: "black", text: "OFF" },
      ],
      paint: (start) =>
        paintDifferences(count(start), sample.pixels.width, limit),
    };
  },

  /** Pixels with events, in the colour of their polarity. */
  polarity(
    sample: Sample,
    { windowUs }: FramePlan,
    theme: Theme,
  ): FrameStyle {
    const { on, off, ink } = GROUNDS[theme];
    return {
      palette: polarityColours(theme),
      legend: [
        { colour: on, text: "ON" },
        { colour: off, text: "OFF" },
        { colour: ink, text: "both" },
      ],
      paint: (start) => paintPolarities(sample, start, start + windowUs),
    };
  },
} as const;
