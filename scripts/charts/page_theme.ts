/**
 * How charts look on a page, which writes their titles itself and gives each
 * as much room as there is.
 *
 * @module
 */

import { configOf, type Theme } from "./theme.ts";

/**
 * Describes a theme to Vega-Lite, for charts on a page.
 *
 * @param theme For light paper or for a dark screen.
 * @returns What goes under `config` of a chart: its frame ends close to
 * its texts, and its legends are below.
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
    // Letters reach a little beyond the boxes that Vega reckons with.
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
