/**
 * Builds charts as Vega-Lite specifications: plain data that include a theme.
 *
 * @module
 */

import { configOf, type Theme } from "./theme.ts";

/** The version of Vega-Lite that charts are written in. */
const SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json";

/** Puts the title of a y axis horizontally above its labels. */
export const TITLE_ABOVE = {
  titleAngle: 0,
  titleAnchor: "start",
  titleAlign: "right",
  titleBaseline: "bottom",
  titleX: -8,
  titleY: -6,
} as const;

/** A Vega-Lite specification as plain data that can be written as JSON. */
export interface ChartSpec {
  /** Address of the schema of Vega-Lite. */
  readonly $schema: string;
  /** Title and subtitle. */
  readonly title: {
    /** Subject of the chart. */
    readonly text: string;
    /** Source of the data: run, fold or sample. */
    readonly subtitle?: string | readonly string[];
  };
  /** Colours and fonts. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Data, marks and encodings. */
  readonly [key: string]: unknown;
}

/**
 * Assembles a chart in the light theme.
 *
 * @param title Title and subtitle.
 * @param body Data, marks and encodings.
 * @returns The chart.
 */
export function chart(
  title: ChartSpec["title"],
  body: Readonly<Record<string, unknown>>,
): ChartSpec {
  return { $schema: SCHEMA, title, ...body, config: configOf("light") };
}

/**
 * Makes a chart without data that states the reason.
 *
 * @param title Title of the chart.
 * @param reason Why there are no data, such as `No epoch has ended`.
 * @returns The chart.
 *
 * @example
 * ```ts
 * import { emptyChart } from "./spec.ts";
 * const { title } = emptyChart("Loss", "No epoch has ended");
 * if (title.text !== "Loss") throw new Error("expected the title");
 * ```
 */
export function emptyChart(title: string, reason: string): ChartSpec {
  return chart({ text: title }, {
    width: 360,
    height: 80,
    data: { values: [{ reason }] },
    mark: { type: "text", fontSize: 14 },
    encoding: { text: { field: "reason" } },
  });
}

/**
 * Puts a chart into another theme.
 *
 * @param spec The chart.
 * @param theme The theme.
 * @returns The same chart in that theme.
 *
 * @example
 * ```ts
 * import { emptyChart, themed } from "./spec.ts";
 * const dark = themed(emptyChart("Loss", "No epoch has ended"), "dark");
 * if (dark.config.background === "#ffffff") throw new Error("expected dark");
 * ```
 */
export function themed(spec: ChartSpec, theme: Theme): ChartSpec {
  return { ...spec, config: configOf(theme) };
}
