/**
 * Loss and accuracy over epochs: training dotted, validation solid, test
 * dashed, with one colour per fold.
 *
 * @module
 */

import { CHOSEN, curveParams, EPOCH_AXIS, fromZero, MARKED } from "./epochs.ts";
import { chart, type ChartSpec, emptyChart } from "./spec.ts";
import { COLOURS, SHAPES } from "./theme.ts";

/** An epoch of a fold, as in a row of `metrics.jsonl`. */
export interface EpochRow {
  /** Fold, counted from 1. */
  readonly fold: number;
  /** Epoch, counted from 0. */
  readonly epoch: number;
  /** Loss per sample while training. */
  readonly trainLoss: number;
  /** Fraction of correct predictions while training. */
  readonly trainAccuracy: number;
  /** Loss per sample on the validation set, if there is one. */
  readonly valLoss?: number;
  /** Fraction of correct predictions on it. */
  readonly valAccuracy?: number;
  /** Loss per sample on the test set, if every epoch is tested. */
  readonly testLoss?: number;
  /** Fraction of correct predictions on it. */
  readonly testAccuracy?: number;
}

/** The sets of samples: key in a row, name in the legend, line pattern. */
const SETS = [
  { key: "train", name: "training", dash: [2, 4] },
  { key: "val", name: "validation", dash: [1, 0] },
  { key: "test", name: "test", dash: [9, 4] },
] as const;

/**
 * Draws the loss over epochs.
 *
 * @param rows Epochs of one fold or of several.
 * @returns The chart.
 *
 * @example
 * ```ts
 * import { lossCurves } from "./learning_curves.ts";
 * const spec = lossCurves([
 *   { fold: 1, epoch: 0, trainLoss: 14, trainAccuracy: 0.1, valLoss: 13 },
 * ]);
 * if (spec.title.text !== "Loss, fold 1") throw new Error(spec.title.text);
 * ```
 */
export function lossCurves(rows: readonly EpochRow[]): ChartSpec {
  return curves(rows, "Loss", {
    value: (row, set) => row[`${set}Loss`],
    y: { title: "loss per sample" },
    format: ".3f",
  });
}

/**
 * Draws the accuracy over epochs.
 *
 * @param rows Epochs of one fold or of several.
 * @returns The chart.
 *
 * @example
 * ```ts
 * import { accuracyCurves } from "./learning_curves.ts";
 * const spec = accuracyCurves([]);
 * if (spec.title.text !== "Accuracy") throw new Error(spec.title.text);
 * ```
 */
export function accuracyCurves(rows: readonly EpochRow[]): ChartSpec {
  return curves(rows, "Accuracy", {
    value: (row, set) => percent(row[`${set}Accuracy`]),
    y: {
      title: "accuracy (%)",
      // Room for points at both ends.
      scale: { domain: [-2, 102], nice: false },
      axis: { values: Array.from({ length: 11 }, (_, n) => 10 * n) },
    },
    format: ".1f",
  });
}

function percent(fraction: number | undefined): number {
  return 100 * (fraction ?? NaN);
}

function curves(
  rows: readonly EpochRow[],
  title: string,
  { value, y, format }: {
    readonly value: (
      row: EpochRow,
      set: (typeof SETS)[number]["key"],
    ) => number | undefined;
    readonly y: Readonly<Record<string, unknown>>;
    readonly format: string;
  },
): ChartSpec {
  const folds = [...new Set(rows.map(({ fold }) => fold))].sort((a, b) =>
    a - b
  );
  const text = folds.length === 1 ? `${title}, fold ${folds[0]}` : title;
  const values = rows.flatMap((row) =>
    SETS.map(({ key, name }) => ({
      fold: row.fold,
      epoch: row.epoch,
      set: name,
      // JSON stores a loss that is not finite as null.
      value: value(row, key) ?? NaN,
    })).filter(({ value }) => Number.isFinite(value))
  );
  if (values.length === 0) return emptyChart(text, "No epoch has ended");
  const sets = SETS.filter(({ name }) =>
    values.some(({ set }) => set === name)
  );
  const epochs = new Set(rows.map(({ epoch }) => epoch)).size;
  const encoding = {
    x: EPOCH_AXIS,
    y: {
      field: "value",
      type: "quantitative",
      scale: fromZero(values),
      ...y,
    },
    color: {
      field: "fold",
      type: "nominal",
      scale: { domain: folds, range: folds.map(colourOf) },
      legend: { values: folds, symbolStrokeWidth: 3 },
    },
    opacity: CHOSEN,
    tooltip: [
      { field: "fold", type: "nominal" },
      { field: "set", type: "nominal" },
      { field: "epoch", type: "quantitative" },
      { field: "value", type: "quantitative", title: y.title, format },
    ],
  };
  const line = {
    params: curveParams("fold"),
    mark: { type: "line", clip: true, strokeWidth: 2, strokeCap: "butt" },
    encoding: {
      ...encoding,
      strokeDash: {
        field: "set",
        type: "nominal",
        scale: {
          domain: sets.map(({ name }) => name),
          range: sets.map(({ dash }) => dash),
        },
        legend: { symbolStrokeWidth: 2, symbolSize: 500 },
      },
    },
  };
  const point = {
    mark: {
      type: "point",
      filled: true,
      size: 40,
      strokeWidth: 1.5,
      clip: true,
    },
    encoding: {
      ...encoding,
      stroke: encoding.color,
      shape: {
        field: "fold",
        type: "nominal",
        scale: { domain: folds, range: folds.map(shapeOf) },
        legend: { values: folds },
      },
      // Points of training are hollow, since a single epoch has no dotted line.
      fillOpacity: {
        condition: { test: "datum.set === 'training'", value: 0 },
        value: 1,
      },
    },
  };
  return chart({ text }, {
    width: 520,
    height: 300,
    data: { values },
    layer: epochs > MARKED ? [line] : [line, point],
  });
}

/** Colour of a fold, the same in every chart. */
function colourOf(fold: number): string {
  return COLOURS[(fold - 1) % COLOURS.length];
}

/** Shape of a fold's points; folds of one colour have different shapes. */
function shapeOf(fold: number): string {
  const round = Math.floor((fold - 1) / COLOURS.length);
  return SHAPES[(fold - 1 + round) % SHAPES.length];
}
