/**
 * Formats the results of a run as a table.
 *
 * @module
 */

import {
  type EpochMetrics,
  epochOfTestLoss,
  type RunSummary,
} from "../../../run/files.ts";

/** A table: header, then rows. */
export type Table = readonly (readonly string[])[];

/**
 * Formats the results of each fold, and their mean and deviation.
 *
 * @param summary Results of the run.
 * @param epochs Metrics of its epochs.
 * @returns The table; missing values are dashes, and a single fold has no mean.
 * Test results that are the best of all epochs have their epochs beside them.
 */
export function resultsTable(
  summary: RunSummary,
  epochs: readonly EpochMetrics[],
): Table {
  const loss = (value: number | null) => value?.toFixed(2) ?? "–";
  const percent = (value: number | null) =>
    value === null ? "–" : (100 * value).toFixed(2);
  const ofEpoch = (value: string, epoch: number | undefined) =>
    summary.optimistic ? `${value}, epoch ${epoch ?? "–"}` : value;
  const over = (part: "mean" | "std") => [
    "",
    "",
    "",
    loss(summary.valLoss?.[part] ?? null),
    percent(summary.valAccuracy?.[part] ?? null),
    loss(summary.testLoss[part]),
    percent(summary.testAccuracy[part]),
  ];
  return [
    [
      "Fold",
      "Epochs",
      "Best epoch",
      "Training accuracy (%)",
      "Validation loss",
      "Validation accuracy (%)",
      "Test loss",
      "Test accuracy (%)",
    ],
    ...summary.folds.map((fold) => [
      String(fold.fold),
      String(fold.epochs),
      String(fold.bestEpoch),
      percent(fold.trainAccuracy),
      loss(fold.valLoss),
      percent(fold.valAccuracy),
      ofEpoch(loss(fold.testLoss), epochOfTestLoss(fold, epochs)),
      ofEpoch(percent(fold.testAccuracy), fold.bestEpoch),
    ]),
    ...(summary.folds.length > 1
      ? [
        ["Mean", ...over("mean")],
        ["Standard deviation", ...over("std")],
      ]
      : []),
  ];
}
