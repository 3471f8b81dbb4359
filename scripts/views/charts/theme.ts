/**
 * Colours of all pictures, and light and dark Vega-Lite themes of charts.
 *
 * @module
 */

/** Light, for paper, or dark, for a dark screen. */
export type Theme = "light" | "dark";

/** All themes. */
export const THEMES = ["light", "dark"] as const satisfies readonly Theme[];

/** The font of all pictures. */
export const FONT = "Inter";

/**
 * Four colours for folds and sessions that colour-blind readers can tell apart.
 *
 * Source: Okabe and Ito, Color Universal Design, 2008.
 */
export const COLOURS: readonly string[] = [
  "#0072B2",
  "#D55E00",
  "#009E73",
  "#CC79A7",
];

/** Shapes used together with the colours, for print without colour. */
export const SHAPES: readonly string[] = [
  "circle",
  "square",
  "triangle-up",
  "diamond",
];

/** Colours of classes by their role for a sample. */
export const ROLES = {
  /** The true class of the sample. */
  target: COLOURS[0],
  /** The predicted class, if it is not the true one. */
  mistaken: COLOURS[1],
  /** All other classes. */
  other: "#7F7F7F",
} as const;

/** Colours that differ between the themes, as `#rrggbb`. */
export interface Ground {
  /** Background. */
  readonly paper: string;
  /** Text and lines. */
  readonly ink: string;
  /** Grid lines and other minor lines. */
  readonly faint: string;
  /** What stands out on a page: the focus, the true class. */
  readonly accent: string;
  /**
   * ON and OFF events; they also differ in brightness, for print without
   * colour.
   */
  readonly on: string;
  readonly off: string;
  /** Colour scale from 0 to 100 %, for shares. */
  readonly ramp: readonly string[];
  /** Colour scale from negative over zero to positive, for weights. */
  readonly diverging: readonly string[];
}

/** The colours by theme. */
export const GROUNDS: Readonly<Record<Theme, Ground>> = {
  light: {
    paper: "#FFFFFF",
    ink: "#1F2328",
    faint: "#D8DEE4",
    accent: COLOURS[0],
    on: "#D97700",
    off: "#0B4F8A",
    ramp: ["#FFFFFF", "#B9D6EC", "#5A9FCE", "#0B5A96", "#052F57"],
    diverging: ["#8F3B00", "#E08A45", "#FFFFFF", "#58A0D0", "#064A7A"],
  },
  dark: {
    paper: "#16181D",
    ink: "#E6E8EB",
    faint: "#3A3F47",
    accent: "#3F9BD8",
    on: "#F2B134",
    off: "#3F8FD2",
    ramp: ["#16181D", "#10304D", "#185A8C", "#5FA8DC", "#E3F2FC"],
    diverging: ["#FFC58F", "#C7661A", "#16181D", "#2E86C1", "#A9DCFF"],
  },
};

/**
 * Converts a theme to a Vega-Lite configuration.
 *
 * @param theme The theme.
 * @returns The `config` of a chart.
 *
 * @example
 * ```ts
 * import { configOf } from "./theme.ts";
 * if (configOf("dark").background !== "#16181D") throw new Error("not dark");
 * ```
 */
export function configOf(theme: Theme): Readonly<Record<string, unknown>> {
  const { paper, ink, faint, ramp, diverging } = GROUNDS[theme];
  const text = { labelColor: ink, titleColor: ink };
  return {
    background: paper,
    font: FONT,
    padding: 12,
    view: { stroke: faint },
    title: {
      color: ink,
      subtitleColor: ink,
      anchor: "start",
      offset: 12,
      fontSize: 15,
      fontWeight: 700,
      subtitleFontSize: 12,
      subtitlePadding: 5,
    },
    axis: {
      ...text,
      gridColor: faint,
      domainColor: ink,
      tickColor: ink,
      labelFontSize: 12,
      titleFontSize: 13,
      titleFontWeight: 400,
      titlePadding: 8,
      labelLimit: 240,
      labelFlush: false,
    },
    legend: {
      ...text,
      labelFontSize: 12,
      titleFontSize: 13,
      labelLimit: 240,
      titleFontWeight: 400,
      symbolStrokeWidth: 2,
    },
    header: { ...text, labelFontSize: 12, titleFontSize: 13 },
    range: { category: COLOURS, ramp, heatmap: ramp, diverging },
    text: { color: ink, fontSize: 12 },
    rule: { color: ink },
    tick: { opacity: 1 },
    style: {
      // Cells with a border, which separates neighbours of the same colour.
      ruled: { stroke: faint, strokeWidth: 0.5 },
      // Numbers on weak and on strong colours, and a halo that separates them
      // from lines.
      onWeak: { color: ink },
      onStrong: { color: paper },
      halo: { color: paper, stroke: paper, strokeWidth: 4 },
    },
  };
}
