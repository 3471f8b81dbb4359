/**
 * Writes the style that all pages share.
 *
 * @module
 */

import { GROUNDS } from "../charts/theme.ts";
import { fontFaces } from "../pictures/font_faces.ts";
import base from "./base.css" with { type: "text" };

/** A letter of each alphabet of the font, since names may use any of them. */
const ALPHABETS = "aāαа";

/** Colours that pages take from the themes. */
const COLOURS = ["paper", "ink", "faint", "on", "off", "accent"] as const;

/**
 * Writes the font, the colours of both themes and the rules of all pages as
 * CSS.
 *
 * @param text The text that is shown, for the parts of the font that it needs;
 * by default all parts.
 * @returns CSS, to be put in front of the rules of a page.
 */
export async function baseStyle(text = ALPHABETS): Promise<string> {
  const { light, dark } = GROUNDS;
  const colours = COLOURS.map((name) =>
    `--${name}: light-dark(${light[name]}, ${dark[name]});`
  );
  // Of many samples, as a share of a class.
  colours.push(`--strong: light-dark(${light.ramp[3]}, ${dark.ramp[3]});`);
  return `${await fontFaces(text)}\n:root { ${colours.join(" ")} }\n${base}`;
}
