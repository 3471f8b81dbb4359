/**
 * The results of a run, or of the runs of several seeds.
 *
 * @module
 */

import { counted } from "../../dataset/files/counted.ts";
import {
  type EpochMetrics,
  epochOfTestLoss,
  type FoldSummary,
  type RunSummary,
  type SeedsSummary,
  type SeedSummary,
  type Spread,
  spreadOf,
} from "../run/files.ts";

/** Means and standard deviations over folds. */
type Spreads = Omit<RunSummary, "program" | "adapter" | "seconds" | "folds">;

/** Fields of a summary besides losses and accuracies. */
type Facts = Pick<RunSummary, "program" | "adapter" | "seconds">;

/**
 * Summarises a run.
 *
 * @param folds Results of its folds.
 * @param facts Program, adapter and duration.
 * @returns The summary.
 */
export function summariseRun(
  folds: readonly FoldSummary[],
  facts: Facts,
): RunSummary {
  return { ...facts, folds, ...spreadsOf(folds) };
}

/**
 * Summarises the runs of several seeds.
 *
 * @param seeds Summaries of the runs, at least one.
 * @returns Means and standard deviations over the folds of all.
 */
export function summariseSeeds(seeds: readonly SeedSummary[]): SeedsSummary {
  const [{ program, adapter }] = seeds;
  return {
    program,
    adapter,
    seconds: seeds.reduce((sum, { seconds }) => sum + seconds, 0),
    seeds,
    ...spreadsOf(seeds.flatMap(({ folds }) => folds)),
  };
}

function spreadsOf(folds: readonly FoldSummary[]): Spreads {
  const spread = (value: (fold: FoldSummary) => number | null) => {
    const values = folds.map(value).filter((v) => v !== null);
    return values.length === folds.length ? spreadOf(values) : null;
  };
  const valLoss = spread((fold) => fold.valLoss);
  return {
    valLoss,
    valAccuracy: spread((fold) => fold.valAccuracy),
    testLoss: spread((fold) => fold.testLoss)!,
    testAccuracy: spread((fold) => fold.testAccuracy)!,
    optimistic: valLoss === null,
  };
}

/**
 * Formats the results of a run.
 *
 * @param summary The results.
 * @param epochs Metrics of its epochs.
 * @returns Lines: losses and accuracies of each fold with their epochs, and
 * their means.
 */
export function describeRun(
  summary: RunSummary,
  epochs: readonly EpochMetrics[],
): string[] {
  return [
    ...summary.folds.map((fold) =>
      `fold ${fold.fold}: ` +
      (fold.valLoss === null || fold.valAccuracy === null
        ? describeBest(fold, epochs)
        : `validation loss ${fold.valLoss.toFixed(2)}, accuracy ` +
          `${percent(fold.valAccuracy)}; test loss ` +
          `${fold.testLoss.toFixed(2)}, accuracy ` +
          `${percent(fold.testAccuracy)}, with the weights of epoch ` +
          fold.bestEpoch)
    ),
    ...describeMeans(summary),
    ...describeChoice(summary),
  ];
}

/** Formats lowest loss and highest accuracy, which may be of two epochs. */
function describeBest(
  fold: FoldSummary,
  epochs: readonly EpochMetrics[],
): string {
  return `lowest test loss ${fold.testLoss.toFixed(2)}, of epoch ` +
    `${epochOfTestLoss(fold, epochs)}; highest accuracy ` +
    `${percent(fold.testAccuracy)}, of epoch ${fold.bestEpoch}`;
}

/**
 * Formats the results of the runs of several seeds.
 *
 * @param summary The results.
 * @returns Lines: means of each seed, and of all.
 */
export function describeSeeds(summary: SeedsSummary): string[] {
  const { seeds } = summary;
  const folds = Math.max(...seeds.map(({ folds }) => folds.length));
  const all = `${counted(seeds.length, "seed")}, ${counted(folds, "fold")}: `;
  return [
    ...seeds.flatMap((seed) =>
      describeMeans(seed).map((line) => `seed ${seed.seed}: ${line}`)
    ),
    ...describeMeans(summary).map((line) => all + line),
    ...describeChoice(summary),
  ];
}

function describeMeans(
  { valLoss, valAccuracy, testLoss, testAccuracy }: Spreads,
): string[] {
  return [
    ...describeMean("validation", valLoss, valAccuracy),
    ...describeMean("test", testLoss, testAccuracy),
  ];
}

function describeMean(
  set: string,
  loss: Spread | null,
  accuracy: Spread | null,
): string[] {
  if (!loss || !accuracy) return [];
  return [
    `${set} loss ${loss.mean.toFixed(2)} +- ${loss.std.toFixed(2)}, ` +
    `accuracy ${(accuracy.mean * 100).toFixed(2)} +- ${percent(accuracy.std)}`,
  ];
}

/** Warns if epochs were selected on the test set. */
function describeChoice({ optimistic }: Spreads): string[] {
  return optimistic
    ? [
      "Test loss and accuracy are each the best over all epochs, so they are " +
      "optimistic.",
    ]
    : [];
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(2)} %`;
}
