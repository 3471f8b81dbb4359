/**
 * Reads the font, Inter (SIL Open Font License), chooses the parts of it that a
 * text needs, and writes them as CSS.
 *
 * @module
 */

import ranges from "npm:@fontsource/inter@5.3.0/unicode.json" with {
  type: "json",
};
import { FONT } from "../charts/theme.ts";

/**
 * Parts of the font that are used: titles are bold, and names may have letters
 * of several alphabets.
 */
const FACES = [
  ["latin", 400],
  ["latin", 700],
  ["latin-ext", 400],
  ["greek", 400],
  ["cyrillic", 400],
] as const;

/** Part of the font: some characters in one weight. */
export interface Face {
  readonly weight: number;
  /** The characters it has, such as `U+0000-00FF,U+2212`. */
  readonly range: string;
  /** WOFF2. */
  readonly bytes: Uint8Array;
}

let read: Promise<readonly Face[]> | undefined;

/**
 * Reads the font, once.
 *
 * @returns All parts of it that are used.
 */
export function readFaces(): Promise<readonly Face[]> {
  return read ??= Promise.all(
    FACES.map(async ([subset, weight]) => ({
      weight,
      range: ranges[subset],
      bytes: await Deno.readFile(
        new URL(
          `files/inter-${subset}-${weight}-normal.woff2`,
          import.meta.resolve("npm:@fontsource/inter@5.3.0/unicode.json"),
        ),
      ),
    })),
  );
}

/**
 * Finds the parts of the font that a text needs.
 *
 * @param text The text.
 * @param faces All parts of the font.
 * @returns The parts with characters of the text.
 *
 * @example
 * ```ts
 * import { facesOf } from "./font_faces.ts";
 * const bytes = new Uint8Array();
 * const latin = { weight: 400, range: "U+0000-00FF,U+2212", bytes };
 * const greek = { weight: 400, range: "U+0370-03FF", bytes };
 * const [face, ...others] = facesOf("3 − θ", [latin, greek]);
 * if (face !== latin || others.length !== 1) throw new Error("misfound");
 * if (facesOf("θ", [latin])[0] !== undefined) throw new Error("misfound");
 * ```
 */
export function facesOf(text: string, faces: readonly Face[]): Face[] {
  const characters = [...new Set(text)].map((c) => c.codePointAt(0)!);
  return faces.filter(({ range }) => characters.some((c) => isIn(c, range)));
}

/**
 * Writes the parts of the font that a text needs as CSS.
 *
 * @param text The text.
 * @returns CSS rules that embed these parts.
 */
export async function fontFaces(text: string): Promise<string> {
  return facesOf(text, await readFaces()).map(({ weight, range, bytes }) =>
    `@font-face{font-family:${FONT};font-weight:${weight};` +
    `unicode-range:${range};` +
    `src:url(data:font/woff2;base64,${bytes.toBase64()}) format("woff2")}`
  ).join("");
}

function isIn(character: number, range: string): boolean {
  return range.split(",").some((part) => {
    const [first, last = first] = part.replace("U+", "").split("-");
    return character >= parseInt(first, 16) && character <= parseInt(last, 16);
  });
}
