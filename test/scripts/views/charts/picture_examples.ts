/**
 * Pictures of two samples: an ordinary one and one of a single event.
 *
 * @module
 */

import type { ChartSpec } from "../../../../mod.ts";
import type { Theme } from "../../../../scripts/views/charts/theme.ts";
import { eventPicture } from "../../../../scripts/views/pictures/event_picture.ts";
import { ratePlot } from "../../../../scripts/views/pictures/rate_plot.ts";
import { createSample } from "../../../../scripts/views/pictures/samples/sample.ts";
import { spaceTimeView } from "../../../../scripts/views/pictures/space_time/space_time.ts";

/** Events on a spiral, and a single one. */
const SAMPLES = [1000, 1].map((count) =>
  createSample({
    x: Uint16Array.from({ length: count }, (_, i) => 64 + spiral(i, 0)),
    y: Uint16Array.from({ length: count }, (_, i) => 64 + spiral(i, 1)),
    t: Uint32Array.from({ length: count }, (_, i) => 4000 * i),
    p: Uint8Array.from({ length: count }, (_, i) => i % 2),
  }, {
    name: `${count} of user05_indoor`,
    sensor: { width: 128, height: 128 },
    origin: "top",
  })
);

function spiral(i: number, quarter: number): number {
  return i * 0.06 * Math.cos(i / 50 + quarter * Math.PI / 2);
}

/**
 * Makes all kinds of pictures.
 *
 * @param theme The theme.
 * @returns The pictures, by name.
 */
export function pictures(theme: Theme): Record<string, ChartSpec> {
  return Object.fromEntries(SAMPLES.flatMap((sample) => [
    [`events, ${sample.name}`, eventPicture(sample, theme)],
    [`rate, ${sample.name}`, ratePlot(sample, theme)],
    [`space and time, ${sample.name}`, spaceTimeView(sample, theme)],
  ]));
}
