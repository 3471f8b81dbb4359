/**
 * Words and boxes, as SVG.
 *
 * @module
 */

import { escapeText } from "../render.ts";

/** Where words stand, and how they look. */
export interface WordStyle {
  readonly x: number;
  /** The line that they stand on. */
  readonly y: number;
  readonly ink: string;
  /** Size in pixels. @default that of what they are in */
  readonly size?: number;
  /** @default false */
  readonly bold?: boolean;
  /** Which part of them is at `x`. @default "start" */
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
 * Writes words.
 *
 * @param text The words.
 * @param style Where, and how they look.
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
 * Fills a rectangle.
 *
 * @param box The rectangle.
 * @param fill Its colour.
 * @param edge Colour of a line around it, if it has one.
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
