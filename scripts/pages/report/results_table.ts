/**
 * What a run came to, as a table.
 *
 * @module
 */

import type { RunSummary } from "../../run/files.ts";

/** A table: its head, then its rows. */
export type Table = readonly (readonly string[])[];

/**
 * Writes results down, fold by fold and over all.
 *
 * @param summary What the run came to.
 * @returns The table; what a run has not is a dash, and of one fold there is
 * no mean.
 */
export function resultsTable(summary: RunSummary): Table {
  const loss = (value: number | null) => value?.toFixed(2) ?? "–";
  const percent = (value: number | null) =>
    value === null ? "–" : (100 * value).toFixed(2);
  const over = (part: "mean" | "std") => [
    ...["", "", ""],
    loss(summary.valLoss?.[part] ?? null),
    percent(summary.valAccuracy?.[part] ?? null),
    loss(summary.testLoss[part]),
    percent(summary.testAccuracy[part]),
  ];
  return [
    [
      ...["Fold", "Epochs", "Best epoch", "Training accuracy (%)"],
      ...["Validation loss", "Validation accuracy (%)"],
      ...["Test loss", "Test accuracy (%)"],
    ],
    ...summary.folds.map((fold) => [
      ...[fold.fold, fold.epochs, fold.bestEpoch].map(String),
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
