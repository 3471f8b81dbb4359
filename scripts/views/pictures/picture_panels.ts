/**
 * Pictures of ON minus OFF events side by side, with axes in pixels.
 *
 * @module
 */

import { chart, type ChartSpec, themed } from "../charts/spec.ts";
import type { Theme } from "../charts/theme.ts";
import { GREYS, paintDifferences } from "./differences.ts";
import { imageUrl } from "./gif.ts";
import type { PixelWindow, Sample } from "./samples/sample.ts";

/**
 * Longest side of a panel, and the shortest that leaves room for axis labels.
 */
const [LONGEST_SIDE, SHORTEST_SIDE] = [192, 96];

/** A picture with its name. */
export interface Panel {
  /** Its name. */
  readonly label: string;
  /** ON minus OFF events of each pixel, row by row from the top. */
  readonly counts: Int32Array;
}

/**
 * Charts pictures as panels in rows.
 *
 * @param panels The pictures.
 * @param options Title, pixels and origin of all panels, the difference that is
 * white or black, panels per row, and the theme of everything but the pixels.
 * @returns The chart.
 */
export function picturePanels(
  panels: readonly Panel[],
  { title, pixels, origin, limit, columns, theme }: {
    readonly title: ChartSpec["title"];
    readonly pixels: PixelWindow;
    readonly origin: Sample["origin"];
    readonly limit: number;
    readonly columns: number;
    readonly theme: Theme;
  },
): ChartSpec {
  const { x, y, width, height } = pixels;
  const labels = panels.map(({ label }) => label);
  const values = panels.map(({ label, counts }) => ({
    label,
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
  const spec = chart(title, {
    data: { values },
    facet: { field: "label", type: "nominal", sort: labels, title: null },
    columns,
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
