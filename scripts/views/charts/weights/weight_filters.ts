/**
 * The weights of a layer, as pictures of its filters or as a table.
 *
 * @module
 */

import { type ChartSpec, emptyChart } from "../spec.ts";
import { drawPictures } from "./pictures.ts";
import { drawTable } from "./table.ts";

/** Weights of a layer, in the order of weights files. */
export interface LayerWeights {
  /** `[out, in, height, width, …]`. */
  readonly shape: readonly number[];
  /** The values in that order. */
  readonly data: ArrayLike<number>;
}

/** Options of the chart of weights. */
export interface WeightFilterOptions {
  /**
   * Largest number of filters shown; the first ones are.
   *
   * @default 24
   */
  readonly most?: number;
  /**
   * Names of the outputs, for a layer with an output for each class.
   *
   * @default []
   */
  readonly classes?: readonly string[];
}

/**
 * Draws the weights of a layer: a picture for each output and input channel, or
 * a table of outputs and inputs for a dense layer on a flat input.
 *
 * @param name Name of the layer, such as `conv1`.
 * @param weights Its weights.
 * @param options Number of filters, and names of the outputs.
 * @returns The chart; a weight of zero has the colour of the background.
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
  { most = 24, classes = [] }: WeightFilterOptions = {},
): ChartSpec {
  const [out = 0, channels = 0, rows = 1, columns = 1] = weights.shape;
  const title = `Weights of ${name}`;
  if (weights.data.length === 0) {
    return emptyChart(title, "The layer has no weights");
  }
  return rows * columns === 1
    ? drawTable(title, weights.data, { out, channels, classes })
    : drawPictures(title, weights.data, {
      channels,
      rows,
      columns,
      count: out * channels,
      most,
    });
}
