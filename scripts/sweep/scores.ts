/**
 * The validation figures by which combinations are compared.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { least, mean } from "npm:d3-array@3.2.4";
import type { EpochMetrics } from "../run/files.ts";
import type { Score } from "./halving.ts";

/** Figures of an epoch on the validation set. */
export interface Validation {
  /** Loss per sample. */
  readonly valLoss: number;
  /** Fraction of right predictions. */
  readonly valAccuracy: number;
}

/**
 * Finds the epoch whose weights a run keeps: that of lowest validation loss.
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
 * @param runs What each of its runs has come to; `undefined` for a run that
 * failed.
 * @returns The means; the worst score if one of them failed.
 */
export function scoreOf(runs: readonly (Validation | undefined)[]): Score {
  if (runs.includes(undefined)) return { accuracy: -Infinity, loss: Infinity };
  return {
    accuracy: mean(runs, (run) => run?.valAccuracy)!,
    loss: mean(runs, (run) => run?.valLoss)!,
  };
}
