/**
 * Renders charts as SVG, and SVG as pixels.
 *
 * Pictures embed their font, so that they look the same on every machine.
 *
 * @module
 */

import { initWasm, Resvg } from "npm:@resvg/resvg-wasm@2.6.2";
import * as vega from "npm:vega@6.4.0";
import * as vegaLite from "npm:vega-lite@6.5.0";
import type { ChartSpec } from "../charts/spec.ts";
import { FONT } from "../charts/theme.ts";
import { type Face, facesOf, fontFaces, readFaces } from "./font_faces.ts";

/** Size and weight of a text. */
interface TextStyle {
  /** In pixels. */
  readonly size: number;
  readonly bold: boolean;
}

/** The properties of a text that Vega lays out. */
interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: number | string;
  readonly text?: unknown;
}

/** Pixels of a PNG for each pixel of the SVG, enough for print. */
const ZOOM = 2;

/** Font size at which texts are measured, in pixels. */
const MEASURED = 100;

/** Characters that XML cannot represent; file names may contain them. */
const NOT_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Turns warnings of Vega-Lite into errors. */
const LOGGER = vega.logger(vega.Warn, undefined, (_method, _level, input) => {
  throw new Error(`Cannot draw a chart: ${input.join(" ")}`);
});

let prepared: Promise<readonly Face[]> | undefined;

const widths = new Map<string, number>();

/**
 * Renders a chart as SVG.
 *
 * @param spec The chart.
 * @returns The SVG, with its font embedded.
 * @throws {Error} If Vega-Lite warns about the chart.
 */
export async function renderSvg(spec: ChartSpec): Promise<string> {
  await prepare();
  const compiled = vegaLite.compile(
    spec as unknown as vegaLite.TopLevelSpec,
    { logger: LOGGER },
  );
  const view = new vega.View(vega.parse(compiled.spec), {
    renderer: "none",
    // Suppresses a warning that there is no window to zoom in.
    logLevel: vega.Error,
  });
  try {
    const svg = (await view.toSVG()).replace(NOT_XML, "\ufffd");
    const faces = await fontFaces(svg.replaceAll(/<[^>]*>/g, ""));
    return svg.replace(">", `><defs><style>${faces}</style></defs>`);
  } finally {
    view.finalize();
  }
}

/**
 * Renders SVG as PNG of twice the size.
 *
 * @param svg The picture.
 * @returns Bytes of the PNG file.
 */
export async function renderPng(svg: string): Promise<Uint8Array> {
  return await draw(svg, ZOOM, (image) => image.asPng());
}

/**
 * Renders SVG as pixels.
 *
 * @param svg The picture.
 * @returns Red, green, blue and opacity of each pixel, row by row.
 */
export async function renderPixels(svg: string): Promise<Uint8Array> {
  return await draw(svg, 1, (image) => image.pixels);
}

/**
 * Measures a text in the font of the pictures.
 *
 * @param text The text.
 * @param style Its size in pixels, and whether it is bold.
 * @returns Its width in pixels.
 */
export async function measureText(
  text: string,
  style: TextStyle,
): Promise<number> {
  return widthOf(text, style, await prepare());
}

/**
 * Escapes a text for SVG and HTML.
 *
 * @param text The text.
 * @returns The text, with markup characters as character references.
 */
export function escapeText(text: string): string {
  return text.replace(NOT_XML, "\ufffd")
    .replace(/[<>&]/g, (c) => `&#${c.charCodeAt(0)};`);
}

/**
 * Reads the scripts that draw charts in a browser.
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

/** Loads the font and resvg, once. */
function prepare(): Promise<readonly Face[]> {
  return prepared ??= (async () => {
    const resvg = import.meta.resolve("npm:@resvg/resvg-wasm@2.6.2");
    await initWasm(Deno.readFile(new URL("index_bg.wasm", resvg)));
    const faces = await readFaces();
    // Without a canvas Vega estimates text widths, up to 50 % too wide.
    (vega as unknown as {
      textMetrics: { width(item: TextItem, text?: unknown): number };
    }).textMetrics.width = (item, text = item.text) =>
      widthOf(String(text ?? ""), {
        size: item.fontSize ?? 11,
        bold: item.fontWeight === "bold" || Number(item.fontWeight) >= 600,
      }, faces);
    return faces;
  })();
}

async function draw(
  svg: string,
  zoom: number,
  take: (image: ReturnType<InstanceType<typeof Resvg>["render"]>) => Uint8Array,
): Promise<Uint8Array> {
  const faces = await prepare();
  // Vega writes two values of image-rendering. resvg supports only the first,
  // but applies the last.
  const sharp = svg.replaceAll("image-rendering: pixelated;", "");
  using resources = new DisposableStack();
  const resvg = resources.adopt(
    new Resvg(sharp, {
      fitTo: { mode: "zoom", value: zoom },
      font: {
        fontBuffers: faces.map(({ bytes }) => bytes),
        defaultFontFamily: FONT,
      },
    }),
    (it) => it.free(),
  );
  return take(resources.adopt(resvg.render(), (it) => it.free()));
}

function widthOf(
  text: string,
  { size, bold }: TextStyle,
  faces: readonly Face[],
): number {
  // Measured between two marks, because spaces have no bounding box.
  const [whole, marks] = [`|${text}|`, "||"].map((words) => {
    const key = `${bold} ${words}`;
    const width = widths.get(key) ?? boxWidth(words, bold, faces);
    widths.set(key, width);
    return width;
  });
  return (whole - marks) * size / MEASURED;
}

function boxWidth(text: string, bold: boolean, faces: readonly Face[]): number {
  const resvg = new Resvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">` +
      `<text font-family="${FONT}" font-size="${MEASURED}" ` +
      `font-weight="${bold ? 700 : 400}" xml:space="preserve">` +
      `${escapeText(text)}</text></svg>`,
    { font: { fontBuffers: facesOf(text, faces).map(({ bytes }) => bytes) } },
  );
  const box = resvg.getBBox();
  resvg.free();
  return box?.width ?? 0;
}
