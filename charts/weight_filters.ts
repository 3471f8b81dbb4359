/**
 * The weights of a layer, as pictures of what its neurons look for.
 *
 * @module
 */

import { chart, type ChartSpec, emptyChart, TITLE_ABOVE } from "./spec.ts";

/** Weights of a layer in users' order. */
export interface LayerWeights {
  /** `[out, in, height, width, …]`. */
  readonly shape: readonly number[];
  /** The values in that order. */
  readonly data: ArrayLike<number>;
}

/** How filters are chosen. */
export interface FilterOptions {
  /**
   * Filters shown at most, the first ones.
   *
   * @default 24
   */
  readonly most?: number;
}

/** Pixels along a side of a filter; larger ones are averaged. */
const SIDE = 16;

/** Side of a filter on the chart in pixels. */
const PICTURE = 64;

/** Filters beside each other. */
const COLUMNS = 8;

/** Distance of filters, and room for a filter's name, in sides of a filter. */
const ACROSS = 1.15;
const HEADER = 0.35;

/**
 * Draws the weights of a layer: a picture for each output and input channel,
 * or one table of outputs and inputs where inputs have no place in a picture.
 *
 * @param name Name of the layer, such as `conv1`.
 * @param weights Its weights.
 * @param options How many filters.
 * @returns The chart, zero in the colour of the ground.
 *
 * @example
 * ```ts
 * import { weightFilters } from "./weight_filters.ts";
 * const data = Float32Array.of(1, -1, 0, 0.5);
 * const spec = weightFilters("conv1", { shape: [1, 1, 2, 2, 1], data });
 * if (spec.title.text !== "Weights of conv1") throw new Error();
 * ```
 */
export function weightFilters(
  name: string,
  weights: LayerWeights,
  { most = 24 }: FilterOptions = {},
): ChartSpec {
  const [out = 0, channels = 0, rows = 1, columns = 1] = weights.shape;
  const title = `Weights of ${name}`;
  if (weights.data.length === 0) {
    return emptyChart(title, "The layer has no weights");
  }
  return rows * columns === 1
    ? table(title, weights.data, { out, channels })
    : pictures(title, weights.data, {
      ...{ channels, rows, columns, count: out * channels, most },
    });
}

function pictures(
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
          tooltip: tooltips("out", "in", "row", "column"),
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

/** Averages a block of a picture, or what the picture has of it. */
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

function table(
  title: string,
  data: ArrayLike<number>,
  { out, channels }: { readonly out: number; readonly channels: number },
): ChartSpec {
  const cells = Array.from({ length: out * channels }, (_, index) => ({
    neuron: Math.floor(index / channels),
    input: index % channels,
    weight: rounded(data[index]),
  }));
  const axis = {
    ...{ labelAngle: 0, labelOverlap: true, domain: false, ticks: false },
  };
  const along = { type: "ordinal", axis };
  return chart({ text: title, subtitle: "neurons are counted from 0" }, {
    width: { step: Math.max(3, Math.min(14, Math.floor(720 / channels))) },
    height: { step: Math.max(3, Math.min(14, Math.floor(480 / out))) },
    data: { values: cells },
    mark: { type: "rect", aria: false },
    encoding: {
      x: { field: "input", title: "input neuron", ...along },
      y: {
        field: "neuron",
        ...{ ...along, axis: { ...axis, ...TITLE_ABOVE } },
      },
      color: weightColour(cells),
      tooltip: tooltips("neuron", "input"),
    },
  });
}

function weightColour(cells: readonly { readonly weight: number }[]) {
  const largest = cells.reduce(
    (most, { weight }) => Math.max(most, Math.abs(weight)),
    0,
  );
  const limit = largest || 1;
  return {
    field: "weight",
    type: "quantitative",
    title: "weight",
    scale: {
      ...{ domain: [-limit, limit], range: "diverging", interpolate: "rgb" },
    },
    legend: { orient: "bottom", gradientLength: 200 },
  };
}

/** As many digits as anyone sees, so that files stay small. */
function rounded(weight: number): number {
  return Number(weight.toPrecision(4));
}

function tooltips(...fields: readonly string[]) {
  return [
    ...fields.map((field) => ({ field, type: "nominal" })),
    { field: "weight", type: "quantitative", format: ".4~g" },
  ];
}
