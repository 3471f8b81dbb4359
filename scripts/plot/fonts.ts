/**
 * The font of all pictures: Inter, under the SIL Open Font License.
 *
 * Pictures bring it along, so that they are the same wherever they are made
 * and looked at.
 *
 * @module
 */

import ranges from "npm:@fontsource/inter@5.3.0/unicode.json" with {
  type: "json",
};

/** Part of the font: some characters in one weight. */
interface Face {
  readonly subset: keyof typeof ranges;
  readonly weight: 400 | 700;
  /** The characters it has, as CSS writes them. */
  readonly range: string;
  /** WOFF2. */
  readonly bytes: Uint8Array;
}

/** Titles are bold, and names may have letters of several alphabets. */
const FACES = await Promise.all([
  readFace("latin", 400),
  readFace("latin", 700),
  readFace("latin-ext", 400),
  readFace("greek", 400),
  readFace("cyrillic", 400),
]);

/**
 * Gives those faces that a text needs.
 *
 * @param text The text; all faces are given unless there is one.
 * @returns Files in WOFF2.
 */
export function fontFiles(text?: string): Uint8Array[] {
  const faces = text === undefined ? FACES : facesOf(text);
  return faces.map(({ bytes }) => bytes);
}

/**
 * Writes those faces down that a text needs.
 *
 * @param text The text.
 * @returns CSS that holds the faces themselves.
 */
export function fontFaces(text: string): string {
  return facesOf(text).map(({ weight, range, bytes }) =>
    `@font-face{font-family:Inter;font-weight:${weight};` +
    `unicode-range:${range};` +
    `src:url(data:font/woff2;base64,${bytes.toBase64()}) format("woff2")}`
  ).join("");
}

function facesOf(text: string): Face[] {
  const characters = [...new Set(text)].map((c) => c.codePointAt(0)!);
  return FACES.filter(({ range }) => characters.some((c) => isIn(c, range)));
}

async function readFace(
  subset: Face["subset"],
  weight: Face["weight"],
): Promise<Face> {
  const index = import.meta.resolve("npm:@fontsource/inter@5.3.0/unicode.json");
  const name = `files/inter-${subset}-${weight}-normal.woff2`;
  const bytes = await Deno.readFile(new URL(name, index));
  return { subset, weight, range: ranges[subset], bytes };
}

/** Whether a character is in a range such as `U+0000-00FF,U+2212`. */
function isIn(character: number, range: string): boolean {
  return range.split(",").some((part) => {
    const [first, last = first] = part.replace("U+", "").split("-");
    return character >= parseInt(first, 16) && character <= parseInt(last, 16);
  });
}
