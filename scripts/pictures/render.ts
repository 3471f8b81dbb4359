/**
 * Charts of Vega-Lite as SVG, and SVG as pixels, with a font of their own: the
 * same picture on every machine.
 *
 * @module
 */

import semiBold from "npm:@fontsource/inter@5.3.0/files/inter-latin-600-normal.woff2" with {
  type: "bytes",
};
import regular from "npm:@fontsource/inter@5.3.0/files/inter-latin-400-normal.woff2" with {
  type: "bytes",
};
import wasm from "npm:@resvg/resvg-wasm@2.6.2/index_bg.wasm" with {
  type: "bytes",
};
import { initWasm, Resvg } from "npm:@resvg/resvg-wasm@2.6.2";
import * as vegaLite from "npm:vega-lite@6.5.0";
import * as vega from "npm:vega@6.4.0";
import { THEME, type ThemeName } from "./theme.ts";

/** A chart, as Vega-Lite describes it. */
export type Chart = vegaLite.TopLevelSpec;

/** The font of all pictures. */
export const FONT = "Inter";

/** Pixels of a PNG per unit of its SVG. */
const ZOOM = 2;

let resvg: Promise<void> | undefined;

/**
 * Draws a chart.
 *
 * @param chart The chart.
 * @param theme Its colours.
 * @returns The chart as SVG.
 */
export async function renderSvg(
  chart: Chart,
  theme: ThemeName,
): Promise<string> {
  const { spec } = vegaLite.compile(chart, { config: configOf(theme) });
  const view = new vega.View(vega.parse(spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/**
 * Draws SVG as PNG, twice as large.
 *
 * @param svg The picture.
 * @returns The bytes of the file.
 */
export async function renderPng(svg: string): Promise<Uint8Array> {
  return await draw(svg, ZOOM, (image) => image.asPng());
}

/**
 * Draws SVG.
 *
 * @param svg The picture.
 * @returns Red, green, blue and opacity of each pixel, row by row.
 */
export async function renderPixels(svg: string): Promise<Uint8Array> {
  return await draw(svg, 1, (image) => image.pixels);
}

async function draw(
  svg: string,
  zoom: number,
  take: (image: ReturnType<InstanceType<typeof Resvg>["render"]>) => Uint8Array,
): Promise<Uint8Array> {
  await (resvg ??= initWasm(wasm));
  // Of the two ways to ask for sharp pixels resvg knows only the first, and
  // takes the last.
  const sharp = svg.replaceAll("image-rendering: pixelated;", "");
  using resources = new DisposableStack();
  const renderer = resources.adopt(
    new Resvg(sharp, {
      fitTo: { mode: "zoom", value: zoom },
      font: {
        fontBuffers: [regular, semiBold],
        defaultFontFamily: FONT,
      },
    }),
    (it) => it.free(),
  );
  return take(resources.adopt(renderer.render(), (it) => it.free()));
}

function configOf(theme: ThemeName): vegaLite.Config {
  const { ground, ink, softInk, grid } = THEME[theme];
  const small = { labelFontSize: 12, titleFontSize: 13 };
  const text = {
    labelColor: ink,
    titleColor: ink,
    titleFontWeight: 600,
  } as const;
  return {
    background: ground,
    font: `${FONT}, sans-serif`,
    padding: 16,
    view: { stroke: softInk },
    axis: {
      ...small,
      ...text,
      domainColor: softInk,
      tickColor: softInk,
      gridColor: grid,
      titlePadding: 8,
    },
    legend: { ...small, ...text, symbolStrokeWidth: 2 },
    header: { ...small, ...text },
    title: {
      anchor: "start",
      color: ink,
      fontSize: 16,
      fontWeight: 600,
      subtitleColor: softInk,
      subtitleFontSize: 13,
      subtitlePadding: 6,
      offset: 14,
    },
  };
}
