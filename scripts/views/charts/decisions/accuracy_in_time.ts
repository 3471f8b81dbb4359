/**
 * Accuracy of a network after each bin of a sample.
 *
 * @module
 */

import { chart, type ChartSpec, emptyChart } from "../spec.ts";
import { COLOURS } from "../theme.ts";

/** Accuracy of a fold's network after each bin of its test samples. */
export interface AccuracyInTime {
  /** Fold, counted from 1. */
  readonly fold: number;
  /** Share of the samples with a correct decision, by bin. */
  readonly accuracy: readonly number[];
  /** Length of a bin in ms; absent if samples are divided into slices. */
  readonly Ts?: number;
}

/** Fraction of the final accuracy that the subtitle reports. */
const NEARLY = 0.9;

/**
 * Charts the accuracy against the time seen of a sample.
 *
 * @param folds Accuracies of each fold.
 * @returns The chart. Its subtitle states from when on the accuracy stays above
 * nine tenths of its final value.
 *
 * @example
 * ```ts
 * import { accuracyInTime } from "./accuracy_in_time.ts";
 * const { title } = accuracyInTime([
 *   { fold: 1, accuracy: [0.1, 0.5, 0.78, 0.8], Ts: 100 },
 * ]);
 * if (!title.subtitle?.includes("after 300 ms")) throw new Error();
 * ```
 */
export function accuracyInTime(folds: readonly AccuracyInTime[]): ChartSpec {
  const text = "Accuracy as samples go on";
  if (folds.length === 0) return emptyChart(text, "No fold was tested");
  const [{ Ts }] = folds;
  const bins = folds[0].accuracy.length;
  const each = Ts ?? 100 / bins;
  const unit = Ts === undefined ? "%" : "ms";
  const values = folds.flatMap(({ fold, accuracy }) =>
    accuracy.map((share, bin) => ({
      fold,
      // A decision is known at the end of its last bin.
      time: (bin + 1) * each,
      accuracy: 100 * share,
    }))
  );
  const mean = Array.from(
    { length: bins },
    (_, bin) =>
      folds.reduce((sum, { accuracy }) => sum + accuracy[bin], 0) /
      folds.length,
  );
  const final = mean[bins - 1];
  const reached = mean.findLastIndex((share) => share < NEARLY * final) + 1;
  const when = Number(((reached + 1) * each).toPrecision(4));
  const numbers = folds.map(({ fold }) => fold);
  return chart({
    text,
    subtitle: `${(100 * final).toFixed(1)} % at the end; nine tenths of that ` +
      (Ts === undefined
        ? `after ${when} % of a sample's duration`
        : `after ${when.toLocaleString("en")} ms`),
  }, {
    width: 520,
    height: 300,
    data: { values },
    params: [{
      name: "zoom",
      select: { type: "interval", encodings: ["x"] },
      bind: "scales",
    }],
    mark: {
      type: "line",
      interpolate: "step-after",
      strokeWidth: 2,
      clip: true,
      point: bins <= 40 ? { filled: true, size: 20 } : false,
    },
    encoding: {
      x: {
        field: "time",
        type: "quantitative",
        title: Ts === undefined
          ? "share of the sample seen (%)"
          : "time since the sample's start (ms)",
        scale: { domain: [0, bins * each], nice: false },
        axis: { grid: false, format: ",d", tickCount: 8 },
      },
      y: {
        field: "accuracy",
        type: "quantitative",
        title: "accuracy so far (%)",
        // Room for points at both ends.
        scale: { domain: [-2, 102], nice: false },
        axis: { values: Array.from({ length: 11 }, (_, n) => 10 * n) },
      },
      color: {
        field: "fold",
        type: "nominal",
        scale: {
          domain: numbers,
          range: numbers.map((fold) => COLOURS[(fold - 1) % COLOURS.length]),
        },
        legend: folds.length === 1 ? null : { symbolStrokeWidth: 3 },
      },
      tooltip: [
        { field: "fold", type: "nominal" },
        {
          field: "time",
          type: "quantitative",
          format: ".4",
          title: `time (${unit})`,
        },
        {
          field: "accuracy",
          type: "quantitative",
          title: "accuracy (%)",
          format: ".1f",
        },
      ],
    },
  });
}
