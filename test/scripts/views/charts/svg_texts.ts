/**
 * Finds the positions of the texts of an SVG drawing.
 *
 * @module
 */

import { measureText } from "../../../../scripts/views/pictures/render.ts";

/** A point. */
type Point = readonly [number, number];

/** A visible text. */
export interface PlacedText {
  /** The text. */
  readonly text: string;
  /** Its four corners, in order around it. */
  readonly corners: readonly Point[];
}

/** A drawing's size, and the texts in it. */
export interface PlacedTexts {
  readonly size: Point;
  readonly texts: readonly PlacedText[];
}

/**
 * Height of letters above and below the baseline, as multiples of the font
 * size.
 */
const [ABOVE, BELOW] = [0.73, 0.15];

/** The transform `[a, b, c, d, e, f]` of SVG. */
type Matrix = readonly [number, number, number, number, number, number];

/**
 * Finds the texts of a drawing by Vega.
 *
 * @param svg The drawing.
 * @returns Its size, and the visible texts.
 */
export async function textsOf(svg: string): Promise<PlacedTexts> {
  const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;
  const texts: PlacedText[] = [];
  const matrices: Matrix[] = [[1, 0, 0, 1, 0, 0]];
  let text: Record<string, string> = {};
  let line = 0;
  for (const [, end, tag, rest, words] of svg.matchAll(TAGS)) {
    const attributes = Object.fromEntries(
      [...(rest ?? "").matchAll(/([\w-]+)="([^"]*)"/g)]
        .map(([, name, value]) => [name, value]),
    );
    if (tag === "tspan") line += end ? 0 : Number(attributes.dy ?? 0);
    else if (end) matrices.pop();
    else if (tag) {
      if (tag === "text") [text, line] = [attributes, 0];
      const inner = transformOf(attributes.transform ?? "");
      matrices.push(multiply(matrices[matrices.length - 1], inner));
    } else if (words?.trim() && text.opacity !== "0") {
      const matrix = matrices[matrices.length - 1];
      const box = await boxOf(words, text, line);
      texts.push({ text: words, corners: box.map((p) => apply(matrix, p)) });
    }
  }
  return { size: [Number(width), Number(height)], texts };
}

/** Tags that are evaluated, and the text between tags. */
const TAGS =
  /<style>.*?<\/style>|<(\/?)(g|text|tspan)\b([^>]*[^/>])?>|<[^>]*>|([^<]+)/gs;

/** The corners of a text, relative to its origin. */
async function boxOf(
  words: string,
  attributes: Readonly<Record<string, string>>,
  line: number,
): Promise<Point[]> {
  const size = parseFloat(attributes["font-size"]);
  const width = await measureText(words.replaceAll("&amp;", "&"), {
    size,
    bold: attributes["font-weight"] === "700",
  });
  const share = { start: 0, middle: 0.5, end: 1 }[attributes["text-anchor"]]!;
  const [left, right] = [-share * width, (1 - share) * width];
  const [top, bottom] = [line - ABOVE * size, line + BELOW * size];
  return [[left, top], [right, top], [right, bottom], [left, bottom]];
}

function transformOf(transform: string): Matrix {
  let matrix: Matrix = [1, 0, 0, 1, 0, 0];
  for (const [, name, list] of transform.matchAll(/(\w+)\(([^)]*)\)/g)) {
    const [a, b = 0] = list.split(/[ ,]+/).map(Number);
    const angle = a * Math.PI / 180;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    matrix = multiply(
      matrix,
      name === "rotate" ? [cos, sin, -sin, cos, 0, 0] : [1, 0, 0, 1, a, b],
    );
  }
  return matrix;
}

function multiply(m: Matrix, n: Matrix): Matrix {
  const [e, f] = apply(m, [n[4], n[5]]);
  return [
    ...[m[0] * n[0] + m[2] * n[1], m[1] * n[0] + m[3] * n[1]] as const,
    ...[m[0] * n[2] + m[2] * n[3], m[1] * n[2] + m[3] * n[3]] as const,
    ...[e, f] as const,
  ];
}

function apply([a, b, c, d, e, f]: Matrix, [x, y]: Point): Point {
  return [a * x + c * y + e, b * x + d * y + f];
}

/**
 * Whether two texts overlap.
 *
 * @param one A text.
 * @param other Another.
 * @returns Whether no straight line separates them.
 */
export function overlap(one: PlacedText, other: PlacedText): boolean {
  return [one, other].every(({ corners: [a, b, , d] }) =>
    [[b[0] - a[0], b[1] - a[1]], [d[0] - a[0], d[1] - a[1]]].every(
      ([x, y]) => {
        const along = ({ corners }: PlacedText) =>
          corners.map(([px, py]) => px * x + py * y);
        const [p, q] = [along(one), along(other)];
        return Math.max(...p) > Math.min(...q) &&
          Math.max(...q) > Math.min(...p);
      },
    )
  );
}
