/**
 * Formats the results of a run as a table.
 *
 * @module
 */

import type { RunSummary } from "../../../run/files.ts";

/** A table: header, then rows. */
export type Table = readonly (readonly string[])[];

/**
 * Formats the results of each fold, and their mean and deviation.
 *
 * @param summary Results of the run.
 * @returns The table; missing values are dashes, and a single fold has no mean.
 */
export function resultsTable(summary: RunSummary): Table {
  const loss = (value: number | null) => value?.toFixed(2) ?? "–";
  const percent = (value: number | null) =>
    value === null ? "–" : (100 * value).toFixed(2);
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
      loss(fold.testLoss),
      percent(fold.testAccuracy),
    ]),
    ...(summary.folds.length > 1
      ? [
        ["Mean", ...over("mean")],
        ["Standard deviation", ...over("std")],
      ]
      : []),
  ];
}
