/**
 * The theme of charts on a web page, where titles are HTML and the width
 * varies.
 *
 * @module
 */

import { configOf, type Theme } from "./theme.ts";

/**
 * Converts a theme to a Vega-Lite configuration for charts on a page.
 *
 * @param theme The theme.
 * @returns The chart's `config`, with little padding and with legends below the
 * plot.
 *
 * @example
 * ```ts
 * import { pageConfigOf } from "./page_theme.ts";
 * const { legend } = pageConfigOf("dark") as { legend: { orient: string } };
 * if (legend.orient !== "bottom") throw new Error("expected it below");
 * ```
 */
export function pageConfigOf(theme: Theme): Readonly<Record<string, unknown>> {
  const { axis, legend, ...config } = configOf(theme);
  return {
    ...config,
    // Letters extend a little beyond the boxes that Vega computes for them.
    padding: 4,
    axis: { ...axis as object, labelOverlap: "parity", labelSeparation: 8 },
    legend: {
      ...legend as object,
      orient: "bottom",
      titlePadding: 8,
      rowPadding: 6,
      layout: { bottom: { direction: "vertical", anchor: "start" } },
    },
  };
}
