/**
 * Writes texts and rectangles as SVG.
 *
 * @module
 */

import { escapeText } from "../render.ts";

/** Position and style of a text. */
export interface WordStyle {
  readonly x: number;
  /** The baseline of the text. */
  readonly y: number;
  readonly ink: string;
  /** Size in pixels. @default the size of the enclosing element */
  readonly size?: number;
  /** @default false */
  readonly bold?: boolean;
  /** The part of the text that is at `x`. @default "start" */
  readonly anchor?: "start" | "middle" | "end";
}

/** A rectangle, in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Writes a text.
 *
 * @param text The text.
 * @param style Its position and style.
 * @returns SVG.
 */
export function words(
  text: string,
  { x, y, ink, size, bold, anchor }: WordStyle,
): string {
  const style = [
    size === undefined ? "" : ` font-size="${size}"`,
    bold ? ' font-weight="700"' : "",
    anchor === undefined ? "" : ` text-anchor="${anchor}"`,
  ].join("");
  return `<text x="${x}" y="${y}" fill="${ink}"${style}>` +
    `${escapeText(text)}</text>`;
}

/**
 * Draws a filled rectangle.
 *
 * @param box The rectangle.
 * @param fill Its colour.
 * @param edge Colour of its border, if it has one.
 * @returns SVG.
 */
export function rectangle(
  { x, y, width, height }: Box,
  fill: string,
  edge?: string,
): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" ` +
    `fill="${fill}"${edge === undefined ? "" : ` stroke="${edge}"`}/>`;
}
