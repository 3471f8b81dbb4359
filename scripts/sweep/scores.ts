/**
 * Validation scores by which combinations are compared.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { least, mean } from "npm:d3-array@3.2.4";
import type { EpochMetrics } from "../run/files.ts";

/** Figures of an epoch on the validation set. */
export interface Validation {
  /** Loss per sample. */
  readonly valLoss: number;
  /** Fraction of correct predictions. */
  readonly valAccuracy: number;
}

/** Score of a combination on the validation sets, at an epoch. */
export interface Score {
  /** Mean accuracy; -Infinity if a run of the combination failed. */
  readonly accuracy: number;
  /** Mean loss. */
  readonly loss: number;
}

/**
 * Finds the epoch whose weights a run keeps: the one of lowest validation loss.
 *
 * @param epochs Epochs of a run.
 * @returns The epoch; `undefined` if none has a finite validation loss.
 */
export function bestEpoch(
  epochs: readonly EpochMetrics[],
): (EpochMetrics & Validation) | undefined {
  const validated = epochs.filter((epoch): epoch is EpochMetrics & Validation =>
    Number.isFinite(epoch.valLoss ?? NaN)
  );
  return least(validated, ({ valLoss }) => valLoss);
}

/**
 * Rates a combination.
 *
 * @param runs Figures of each run; `undefined` for a run that failed.
 * @returns The means; the worst score if a run failed.
 */
export function scoreOf(runs: readonly (Validation | undefined)[]): Score {
  if (runs.includes(undefined)) return { accuracy: -Infinity, loss: Infinity };
  return {
    accuracy: mean(runs, (run) => run?.valAccuracy)!,
    loss: mean(runs, (run) => run?.valLoss)!,
  };
}

/**
 * Selects the best combinations, by validation accuracy, then by loss, then by
 * order.
 *
 * @param scores Scores by index of the combination.
 * @param count Number of combinations to select.
 * @returns Their indices, best first.
 *
 * @example
 * ```ts
 * import { bestOf } from "./scores.ts";
 * const scores = [0.5, 0.9, 0.7].map((accuracy) => ({ accuracy, loss: 1 }));
 * const best = bestOf(new Map(scores.entries()), 2);
 * if (`${best}` !== "1,2") throw new Error(`${best}`);
 * ```
 */
export function bestOf(
  scores: ReadonlyMap<number, Score>,
  count: number,
): number[] {
  return [...scores].sort(([m, a], [n, b]) =>
    compare(b.accuracy, a.accuracy) || compare(a.loss, b.loss) || m - n
  ).slice(0, count).map(([place]) => place);
}

/** Compares numbers; infinities may be equal. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
