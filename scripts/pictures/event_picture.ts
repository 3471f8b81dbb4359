/**
 * The event picture: ON minus OFF events of each pixel in eight time windows.
 *
 * @module
 */

import { chart, type ChartSpec, themed } from "../charts/spec.ts";
import type { Theme } from "../charts/theme.ts";
import {
  countDifferences,
  GREYS,
  paintDifferences,
  typicalLimit,
} from "./differences.ts";
import { imageUrl } from "./gif.ts";
import type { Sample } from "./samples/sample.ts";
import {
  chooseTimeUnit,
  formatDuration,
  formatEvents,
  formatNumber,
} from "./samples/time_unit.ts";

/** Number of panels, in two rows. */
const PANELS = 8;

/**
 * Longest side of a panel, and the shortest that leaves room for axis labels.
 */
const [LONGEST_SIDE, SHORTEST_SIDE] = [192, 96];

/**
 * Charts ON minus OFF events of each pixel as grey levels: a panel for each of
 * eight equal time windows, in two rows.
 *
 * @param sample The sample.
 * @param theme The theme of everything but the pixels.
 * @returns The chart.
 */
export function eventPicture(sample: Sample, theme: Theme): ChartSpec {
  const { name, origin, pixels, startUs, endUs, events } = sample;
  const { x, y, width, height } = pixels;
  const unit = chooseTimeUnit(endUs);
  const edges = Array.from(
    { length: PANELS + 1 },
    (_, i) => startUs + (endUs - startUs) * i / PANELS,
  );
  const panels = edges.slice(1).map((end, i) =>
    countDifferences(sample, edges[i], end)
  );
  const limit = typicalLimit(panels);
  const step = (endUs - startUs) / PANELS / unit.us;
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(step)));
  const written = edges.map((edge) => formatNumber(edge / unit.us, decimals));
  const labels = panels.map((_, i) =>
    `${written[i]} to ${written[i + 1]} ${unit.name}`
  );
  const values = panels.map((counts, i) => ({
    label: labels[i],
    url: imageUrl(paintDifferences(counts, width, limit), GREYS),
    limit,
    left: x,
    right: x + width,
    low: y,
    high: y + height,
  }));
  const axis = { grid: false, tickCount: 4, tickMinStep: 1 };
  const sideOf = (pixels: number) =>
    Math.max(SHORTEST_SIDE, LONGEST_SIDE * pixels / Math.max(width, height));
  const spec = chart({
    text: name,
    subtitle: [
      `ON minus OFF events in each pixel, in eight stretches of ` +
      `${formatDuration((endUs - startUs) / PANELS)}`,
      `${formatEvents(events.t.length)} in all; white is ${limit} or more, ` +
      `black −${limit} or less`,
    ],
  }, {
    data: { values },
    facet: { field: "label", type: "nominal", sort: labels, title: null },
    columns: PANELS / 2,
    spacing: { row: 16, column: 20 },
    spec: {
      width: sideOf(width),
      height: sideOf(height),
      encoding: {
        x: {
          field: "left",
          type: "quantitative",
          title: "x (pixels)",
          scale: { domain: [x, x + width], nice: false, zero: false },
          axis,
        },
        y: {
          field: "low",
          type: "quantitative",
          title: "y (pixels)",
          scale: {
            domain: [y, y + height],
            nice: false,
            zero: false,
            reverse: origin === "top",
          },
          axis,
        },
      },
      layer: [
        {
          mark: { type: "image", aspect: false, smooth: false, aria: false },
          encoding: {
            x2: { field: "right" },
            y2: { field: "high" },
            url: { field: "url", type: "nominal" },
          },
        },
        {
          // An invisible mark that adds the legend.
          mark: { type: "point", size: 0, opacity: 1, aria: false },
          encoding: {
            color: {
              field: "limit",
              type: "quantitative",
              title: ["ON minus OFF", "(events)"],
              scale: { domain: [-limit, limit], range: ["black", "white"] },
              legend: { tickCount: 5, tickMinStep: 1 },
            },
          },
        },
      ],
    },
  });
  return themed(spec, theme);
}
