/**
 * The files of a run folder: their names and the types of their contents.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { mean } from "npm:d3-array@3.2.4";
import type { AdapterDescription } from "../../engine/device/device.ts";
import type { NamedArray } from "../../engine/network/weights.ts";
import type { EpochRow } from "../views/charts/learning_curves.ts";
import type { EnergyFigure } from "../experiment/epoch_energy.ts";

/** The effective configuration of the run. */
export const CONFIG_FILE = "config.yaml";

/** One line of JSON per epoch, see {@linkcode EpochMetrics}. */
export const METRICS_FILE = "metrics.jsonl";

/** Losses and accuracies of all folds, see {@linkcode RunSummary}. */
export const SUMMARY_FILE = "summary.json";

/** Progress of the run, rewritten about once a second while it trains. */
export const STATUS_FILE = "status.json";

/** Definition of a sweep, in its folder. */
export const SWEEP_FILE = "sweep.json";

/** Folder of TensorBoard event files, with a subfolder for each fold. */
export const LOGS_FOLDER = "logs";

/** Pattern of the name of a fold's best weights; the number is the fold. */
export const WEIGHTS_FILE = /^model_weights_fold(\d+)\.safetensors$/;

/** Pattern of the name of a fold's checkpoint; the number is the fold. */
export const CHECKPOINT_FILE = /^checkpoint_fold(\d+)\.safetensors$/;

/**
 * Names the file of a fold's best weights.
 *
 * @param fold Fold, counted from 1, or a placeholder in a message.
 * @returns Its name.
 */
export function weightsName(fold: number | string): string {
  return `model_weights_fold${fold}.safetensors`;
}

/**
 * Names the file of a fold's checkpoint.
 *
 * @param fold Fold, counted from 1.
 * @returns Its name.
 */
export function checkpointName(fold: number): string {
  return `checkpoint_fold${fold}.safetensors`;
}

/** Weights or gradients by name, such as `conv1.weight`. */
export type Arrays = Readonly<Record<string, NamedArray>>;

/** A number for each layer with weights, by the layer's name, `conv1`. */
export type LayerNumbers = Readonly<Record<string, number>>;

/** Loss of one training batch. */
export interface BatchLoss {
  /** When the loss was read back from the device, in s since 1970. */
  readonly time: number;
  /** Mean loss of the batch's samples. */
  readonly loss: number;
}

/** One line of `metrics.jsonl`: an epoch of a fold. */
export interface EpochMetrics extends EpochRow {
  /**
   * Mean firing rate of each layer in training, in spikes per neuron and time
   * bin.
   */
  readonly rates: readonly number[];
  /** Fraction of each layer's neurons without a spike in the whole epoch. */
  readonly silent?: readonly number[];
  /**
   * Fraction of each layer's neurons with a spike in more than 45 % of bins.
   */
  readonly saturated?: readonly number[];
  /** Learning rate. */
  readonly lr?: number;
  /**
   * Norm of each layer's weight gradient after the epoch's last batch, by the
   * layer's name.
   */
  readonly gradientNorms?: Readonly<Record<string, number>>;
  /** Norm of the change of each layer's weights over the epoch. */
  readonly updateNorms?: Readonly<Record<string, number>>;
  /**
   * In the first epoch, with `training.init: live`: the factor that each
   * layer's initial weights were scaled by, by the layer's name.
   */
  readonly firstScales?: Readonly<Record<string, number>>;
  /** Duration of the whole epoch in s. */
  readonly seconds: number;
  /**
   * Synaptic operations, spikes, bytes moved and energy of each layer, as
   * `conv1.operations`, for a sample of validation or, without it, of test.
   */
  readonly [energy: `${string}.${EnergyFigure}`]: number | undefined;
}

/** Results of a fold; losses are means per sample, accuracies fractions. */
export interface FoldSummary {
  /** Fold, counted from 1. */
  readonly fold: number;
  /** Epochs trained. */
  readonly epochs: number;
  /** The epoch whose weights were saved, counted from 0. */
  readonly bestEpoch: number;
  /** Training accuracy in that epoch. */
  readonly trainAccuracy: number;
  /** `null` without a validation set, like the accuracy. */
  readonly valLoss: number | null;
  readonly valAccuracy: number | null;
  readonly testLoss: number;
  readonly testAccuracy: number;
}

/** Mean and population standard deviation over folds. */
export interface Spread {
  readonly mean: number;
  readonly std: number;
}

/** Results of a run, the content of `summary.json`. */
export interface RunSummary {
  /** The program that ran. */
  readonly program: "train" | "train-test-only";
  readonly adapter: AdapterDescription;
  /** Duration of the whole run in s. */
  readonly seconds: number;
  readonly folds: readonly FoldSummary[];
  readonly valLoss: Spread | null;
  readonly valAccuracy: Spread | null;
  readonly testLoss: Spread;
  readonly testAccuracy: Spread;
  /**
   * Whether the test results are those of the best of all epochs, chosen on the
   * test set itself, and so overestimate the accuracy.
   */
  readonly optimistic: boolean;
}

/** Results of one of several runs with different seeds. */
export interface SeedSummary extends RunSummary {
  /** `training.seed` of the run. */
  readonly seed: number;
}

/**
 * Results of runs with different seeds, the content of `summary.json` in their
 * common folder.
 */
export interface SeedsSummary extends Omit<RunSummary, "folds"> {
  /** Results of each run; the means are over the folds of all. */
  readonly seeds: readonly SeedSummary[];
}

/**
 * Computes the mean and the standard deviation over folds.
 *
 * @param values One value a fold.
 * @returns Mean and population standard deviation.
 */
export function spreadOf(values: readonly number[]): Spread {
  const center = mean(values)!;
  const variance = mean(values, (value) => (value - center) ** 2)!;
  return { mean: center, std: Math.sqrt(variance) };
}

/**
 * Finds the epoch of a fold's test loss, which without a validation set is the
 * lowest of all and maybe not of the best epoch.
 *
 * @param fold Results of the fold.
 * @param epochs Metrics of all epochs.
 * @returns The epoch, counted from 0; `undefined` if none has this loss.
 */
export function epochOfTestLoss(
  { fold, testLoss }: FoldSummary,
  epochs: readonly EpochMetrics[],
): number | undefined {
  return epochs.find((row) => row.fold === fold && row.testLoss === testLoss)
    ?.epoch;
}

/** Measurements of an epoch that are taken after its last training batch. */
export type EpochMeasures = Required<
  Pick<EpochMetrics, "lr" | "gradientNorms" | "updateNorms">
>;
