/**
 * Charts as SVG.
 *
 * @module
 */

import * as vega from "npm:vega@6.4.0";
import * as vegaLite from "npm:vega-lite@6.5.0";
import type { ChartSpec } from "../charts/spec.ts";
import { fontFaces } from "./fonts.ts";
import { textWidth } from "./png.ts";

/** What Vega knows of a text it lays out. */
interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: number | string;
  readonly text?: unknown;
}

// Without a canvas Vega guesses widths, half as wide again as they are.
(vega as unknown as {
  textMetrics: { width(item: TextItem, text?: unknown): number };
}).textMetrics.width = ({ fontSize = 11, fontWeight, text: own }, text = own) =>
  textWidth(String(text ?? ""), {
    size: fontSize,
    bold: fontWeight === "bold" || Number(fontWeight) >= 600,
  });

/** Takes what Vega-Lite warns of for an error. */
const LOGGER = vega.logger(vega.Warn, undefined, (_method, _level, input) => {
  throw new Error(`Cannot draw a chart: ${input.join(" ")}`);
});

/**
 * Draws a chart.
 *
 * @param spec The chart.
 * @returns An SVG that holds its font.
 * @throws {Error} If Vega-Lite finds fault with the chart.
 */
export async function toSvg(spec: ChartSpec): Promise<string> {
  const compiled = vegaLite.compile(
    spec as unknown as vegaLite.TopLevelSpec,
    { logger: LOGGER },
  );
  const view = new vega.View(vega.parse(compiled.spec), {
    renderer: "none",
    // It would warn that there is no window to zoom in.
    logLevel: vega.Error,
  });
  const svg = await view.toSVG();
  view.finalize();
  const faces = fontFaces(svg.replaceAll(/<[^>]*>/g, ""));
  return svg.replace(">", `><defs><style>${faces}</style></defs>`);
}

/**
 * Reads the programs that do the same in a browser.
 *
 * @returns Vega and Vega-Lite, as scripts that define `vega` and `vegaLite`.
 */
export async function readVega(): Promise<string[]> {
  const files = [
    new URL("vega.min.js", import.meta.resolve("npm:vega@6.4.0")),
    new URL("vega-lite.min.js", import.meta.resolve("npm:vega-lite@6.5.0")),
  ];
  return await Promise.all(files.map((file) => Deno.readTextFile(file)));
}
