/**
 * Firing rate and gradient norm of each layer over epochs.
 *
 * @module
 */

import type { EpochRow } from "./learning_curves.ts";
import { CHOSEN, curveParams, EPOCH_AXIS, fromZero, MARKED } from "./epochs.ts";
import { chart, type ChartSpec, emptyChart } from "./spec.ts";
import { COLOURS } from "./theme.ts";

/** Firing rates and gradient norms of the layers in an epoch. */
export interface LayerRow extends Pick<EpochRow, "fold" | "epoch"> {
  /**
   * Mean firing rate of each layer in training, in spikes per neuron and bin.
   */
  readonly rates?: readonly number[];
  /** Norm of the weight gradient of each layer with weights, by its name. */
  readonly gradientNorms?: Readonly<Record<string, number>>;
}

/** Line patterns, so that curves can be told apart in print without colour. */
const DASHES = [[1, 0], [7, 4], [2, 3]];

/** A point of a layer's curve. */
interface Point {
  readonly layer: string;
  readonly epoch: number;
  readonly value: number;
}

/**
 * Draws the firing rate of each layer over epochs.
 *
 * @param rows Epochs of one fold.
 * @param options Names of the layers, first to last, and the time bin in ms;
 * without it, rates are per bin.
 * @returns The chart.
 *
 * @example
 * ```ts
 * import { firingRates } from "./layer_curves.ts";
 * const spec = firingRates([{ fold: 1, epoch: 0, rates: [0.05] }], {
 *   layers: ["fc1"],
 *   Ts: 5,
 * });
 * if (spec.title.text !== "Firing rate by layer, fold 1") throw new Error();
 * ```
 */
export function firingRates(
  rows: readonly LayerRow[],
  { layers, Ts }: { readonly layers: readonly string[]; readonly Ts?: number },
): ChartSpec {
  const perUnit = Ts === undefined ? 1 : 1000 / Ts;
  const points = rows.flatMap(({ epoch, rates = [] }) =>
    rates.map((rate, index) => ({
      layer: layers[index] ?? `layer ${index + 1}`,
      epoch,
      value: rate * perUnit,
    }))
  );
  const title = titleOf("Firing rate by layer", rows);
  return points.length === 0
    ? emptyChart(title, "This run recorded no firing rates")
    : curves(
      { text: title, subtitle: "of all neurons, while training" },
      points,
      {
        title: Ts === undefined
          ? "spikes per neuron and bin (count)"
          : "spikes per neuron and second (1/s)",
        scale: fromZero(points),
      },
    );
}

/**
 * Draws the norm of each layer's gradient over epochs.
 *
 * @param rows Epochs of one fold.
 * @param options Names of all layers, first to last, so that each has the same
 * colour as in the chart of firing rates; by default those with a gradient.
 * @returns The chart; its axis is logarithmic, so norms of zero are left out.
 *
 * @example
 * ```ts
 * import { gradientNorms } from "./layer_curves.ts";
 * const row = { fold: 1, epoch: 0, gradientNorms: { fc1: 0.2 } };
 * const spec = gradientNorms([row]);
 * if (spec.title.text !== "Gradient norm by layer, fold 1") throw new Error();
 * ```
 */
export function gradientNorms(
  rows: readonly LayerRow[],
  { layers }: { readonly layers?: readonly string[] } = {},
): ChartSpec {
  const points = rows.flatMap(({ epoch, gradientNorms = {} }) =>
    Object.entries(gradientNorms).map(([layer, value]) => ({
      layer,
      epoch,
      value,
    }))
  ).filter(({ value }) => value > 0);
  const title = titleOf("Gradient norm by layer", rows);
  return points.length === 0
    ? emptyChart(title, "This run recorded no gradients above zero")
    : curves({ text: title }, points, {
      title: "gradient norm (loss per unit of weight)",
      scale: { type: "log", nice: false, padding: 8 },
      // The labels of other charts skip every other one: here, powers of ten.
      axis: { grid: false, format: ",~g", labelOverlap: "greedy" },
    }, layers);
}

function titleOf(what: string, rows: readonly LayerRow[]): string {
  const [row] = rows;
  return row ? `${what}, fold ${row.fold}` : what;
}

function curves(
  title: ChartSpec["title"],
  values: readonly Point[],
  y: { readonly title: string; readonly [key: string]: unknown },
  all: readonly string[] = [],
): ChartSpec {
  const drawn = [...new Set(values.map(({ layer }) => layer))];
  const layers = [...new Set([...all, ...drawn])];
  const epochs = new Set(values.map(({ epoch }) => epoch)).size;
  const scale = (range: (index: number) => unknown) => ({
    scale: { domain: layers, range: layers.map((_, index) => range(index)) },
  });
  const legend = { values: drawn, symbolType: "stroke", symbolSize: 500 };
  return chart(title, {
    width: 520,
    height: 260,
    data: { values },
    params: curveParams("layer"),
    mark: {
      type: "line",
      clip: true,
      strokeWidth: 2,
      point: epochs > MARKED ? false : { filled: true, size: 30 },
    },
    encoding: {
      x: EPOCH_AXIS,
      y: { field: "value", type: "quantitative", ...y },
      color: {
        field: "layer",
        type: "nominal",
        ...scale((index) => COLOURS[index % COLOURS.length]),
        legend,
      },
      strokeDash: {
        field: "layer",
        type: "nominal",
        ...scale((index) => DASHES[index % DASHES.length]),
        legend,
      },
      opacity: CHOSEN,
      tooltip: [
        { field: "layer", type: "nominal" },
        { field: "epoch", type: "quantitative" },
        {
          field: "value",
          type: "quantitative",
          format: ".3g",
          title: y.title,
        },
      ],
    },
  });
}
