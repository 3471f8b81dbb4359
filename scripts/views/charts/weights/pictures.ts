/**
 * Draws convolution kernels as pictures, one for each pair of output and input
 * channel.
 *
 * @module
 */

import { chart, type ChartSpec } from "../spec.ts";
import { rounded, weightColour, weightTooltips } from "./marks.ts";

/**
 * Largest side of a picture in pixels; larger filters are averaged over blocks.
 */
const SIDE = 16;

/** Side of a filter on the chart, in pixels of the screen. */
const PICTURE = 64;

/** Number of filters in a row of the chart. */
const COLUMNS = 8;

/**
 * Distance between filters and height of their names, as multiples of their
 * side.
 */
const ACROSS = 1.15;
const HEADER = 0.35;

/**
 * Draws weights as pictures.
 *
 * @param title Title of the chart.
 * @param data The weights, kernel by kernel, row by row.
 * @param options Number of input channels, size and number of the kernels, and
 * largest number to show.
 * @returns The chart.
 */
export function drawPictures(
  title: string,
  data: ArrayLike<number>,
  { channels, rows, columns, count, most }: {
    readonly channels: number;
    readonly rows: number;
    readonly columns: number;
    readonly count: number;
    readonly most: number;
  },
): ChartSpec {
  const shown = Math.min(count, most);
  const block = Math.ceil(Math.max(rows, columns) / SIDE);
  const longest = Math.ceil(Math.max(rows, columns) / block);
  const down = 1 + HEADER;
  const cells: { n: number; row: number; column: number; weight: number }[] =
    [];
  for (let n = 0; n < shown; n++) {
    const picture = { data, first: n * rows * columns, rows, columns, block };
    for (let row = 0; row * block < rows; row++) {
      for (let column = 0; column * block < columns; column++) {
        const weight = rounded(mean(picture, row, column));
        cells.push({ n, row, column, weight });
      }
    }
  }
  const wide = Math.min(shown, COLUMNS) * ACROSS;
  const high = Math.ceil(shown / COLUMNS) * down;
  const along = (domain: readonly number[]) => ({
    type: "quantitative",
    axis: null,
    scale: { domain, nice: false, zero: false },
  });
  const [across, downwards] = [along([0, wide]), along([high, 0])];
  const calculate = (as: string, calculate: string) => ({ calculate, as });
  const left = `datum.n % ${COLUMNS} * ${ACROSS}`;
  const top = `floor(datum.n / ${COLUMNS}) * ${down} + ${HEADER}`;
  const names = [
    calculate("out", `floor(datum.n / ${channels})`),
    calculate("in", `datum.n % ${channels}`),
  ];
  return chart({
    text: title,
    subtitle: [
      `output and input channel, counted from 0; ${shown} of ${count}`,
      `${rows}×${columns} pixels each` +
      (block > 1 ? `, averaged ${block}×${block}` : ""),
    ],
  }, {
    width: Math.round(wide * PICTURE),
    height: Math.round(high * PICTURE),
    view: { stroke: null },
    layer: [
      {
        data: { values: cells },
        transform: [
          ...names,
          calculate("x", `${left} + datum.column / ${longest}`),
          calculate("x2", `${left} + (datum.column + 1) / ${longest}`),
          calculate("y", `${top} + datum.row / ${longest}`),
          calculate("y2", `${top} + (datum.row + 1) / ${longest}`),
        ],
        mark: { type: "rect", aria: false },
        encoding: {
          x: { field: "x", ...across },
          x2: { field: "x2" },
          y: { field: "y", ...downwards },
          y2: { field: "y2" },
          color: weightColour(cells),
          tooltip: weightTooltips("out", "in", "row", "column"),
        },
      },
      {
        data: { values: Array.from({ length: shown }, (_, n) => ({ n })) },
        transform: [
          ...names,
          calculate("name", "'out ' + datum.out + ', in ' + datum.in"),
          calculate("x", left),
          calculate("y", `${top} - ${HEADER / 3}`),
        ],
        mark: { type: "text", fontSize: 10, align: "left" },
        encoding: {
          x: { field: "x", ...across },
          y: { field: "y", ...downwards },
          text: { field: "name" },
        },
      },
    ],
  });
}

/** Averages a block of pixels; blocks at the edge may be cut off. */
function mean(
  { data, first, rows, columns, block }: {
    readonly data: ArrayLike<number>;
    readonly first: number;
    readonly rows: number;
    readonly columns: number;
    readonly block: number;
  },
  row: number,
  column: number,
): number {
  let sum = 0;
  let pixels = 0;
  for (let r = row * block; r < Math.min(rows, (row + 1) * block); r++) {
    for (
      let c = column * block;
      c < Math.min(columns, (column + 1) * block);
      c++
    ) {
      sum += data[first + r * columns + c];
      pixels++;
    }
  }
  return sum / pixels;
}
