/**
 * Drawings as PNG, and how wide their texts are.
 *
 * @module
 */

import { initWasm, Resvg } from "npm:@resvg/resvg-wasm@2.6.2";
import { fontFiles } from "./fonts.ts";

await initWasm(
  Deno.readFile(
    new URL(
      "index_bg.wasm",
      import.meta.resolve("npm:@resvg/resvg-wasm@2.6.2"),
    ),
  ),
);

/** Pixels of the picture for one of the drawing, enough for print. */
const SCALE = 2;

/** Size in which texts are measured. */
const MEASURED = 100;

const MARKS = boxWidth("||", false);
const BOLD_MARKS = boxWidth("||", true);

const widths = new Map<string, number>();

/**
 * Draws pixels.
 *
 * @param svg The drawing.
 * @returns A PNG of twice its size, with the font that comes with this module
 * and no other.
 */
export function toPng(svg: string): Uint8Array {
  const resvg = new Resvg(svg, {
    font: { fontBuffers: fontFiles(), defaultFontFamily: "Inter" },
    fitTo: { mode: "zoom", value: SCALE },
  });
  const image = resvg.render();
  const png = image.asPng();
  image.free();
  resvg.free();
  return png;
}

/**
 * Measures a text in the font of the drawings.
 *
 * @param text The text.
 * @param style Its size in pixels, and whether it is bold.
 * @returns Its width in pixels.
 */
export function textWidth(
  text: string,
  { size, bold }: { readonly size: number; readonly bold: boolean },
): number {
  const key = `${bold} ${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    // Marks on both sides, for spaces have no box.
    width = boxWidth(`|${text}|`, bold) - (bold ? BOLD_MARKS : MARKS);
    widths.set(key, width);
  }
  return width * size / MEASURED;
}

function boxWidth(text: string, bold: boolean): number {
  const escaped = text.replace(/[<&]/g, (c) => `&#${c.charCodeAt(0)};`);
  const resvg = new Resvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">` +
      `<text font-family="Inter" font-size="${MEASURED}" ` +
      `font-weight="${bold ? 700 : 400}" xml:space="preserve">` +
      `${escaped}</text></svg>`,
    { font: { fontBuffers: fontFiles(text) } },
  );
  const box = resvg.getBBox();
  resvg.free();
  return box?.width ?? 0;
}
