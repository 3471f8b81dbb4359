/**
 * The folder that a run leaves behind.
 *
 * @module
 */

import { join } from "node:path";
import { counted } from "../../dataset/files/counted.ts";
import { fileProblem } from "../../dataset/files/file_problem.ts";
import type { AdapterDescription } from "../../engine/device/device.ts";
import { WeightsError } from "../../engine/network/safetensors.ts";
import type { NamedArray } from "../../engine/network/weights.ts";
import type { EpochRow } from "../charts/learning_curves.ts";
import { checkpointName } from "./checkpoint.ts";
import { formatConfiguration } from "../configuration/configuration.ts";
import type { Configuration } from "../configuration/types.ts";
import { findCheckpoints, readIfThere } from "./earlier_run.ts";
import { removeEventFiles } from "./tensorboard/event_file.ts";
import { parseMetrics } from "./figures_files.ts";
import { readRegularFile } from "./regular_file.ts";
import { saveFiles, writeThrough } from "./atomic_write.ts";
import { formatWeights, parseWeights } from "./weights_file.ts";

/** Bytes that a file of weights may have. */
const LARGEST_WEIGHTS = 2 ** 32;

/** One line of `metrics.jsonl`: an epoch of a fold. */
export interface EpochMetrics extends EpochRow {
  /** Spikes of each layer per neuron and bin while training. */
  readonly rates: readonly number[];
  /** Part of each layer's neurons without a spike in the whole epoch. */
  readonly silent?: readonly number[];
  /** Part of each layer's neurons with a spike in more than 45 % of bins. */
  readonly saturated?: readonly number[];
  /** Learning rate. */
  readonly lr?: number;
  /** Norm of each layer's gradient in the last step, by the layer's name. */
  readonly gradientNorms?: Readonly<Record<string, number>>;
  /** Norm of the change of each layer's weights over the epoch. */
  readonly updateNorms?: Readonly<Record<string, number>>;
  /**
   * In the first epoch, with `training.init: live`: what each layer's first
   * weights were scaled by, by the layer's name.
   */
  readonly firstScales?: Readonly<Record<string, number>>;
  /** Time of the whole epoch in s. */
  readonly seconds: number;
}

/** What a fold came to; losses per sample, accuracies as fractions. */
export interface FoldSummary {
  /** Fold, counted from 1. */
  readonly fold: number;
  /** Epochs trained. */
  readonly epochs: number;
  /** The epoch whose weights were kept, counted from 0. */
  readonly bestEpoch: number;
  /** Training accuracy in that epoch. */
  readonly trainAccuracy: number;
  /** `null` where there is no validation set. */
  readonly valLoss: number | null;
  readonly valAccuracy: number | null;
  readonly testLoss: number;
  readonly testAccuracy: number;
}

/** Mean and population standard deviation over the folds. */
export interface Spread {
  readonly mean: number;
  readonly std: number;
}

/** What a run came to, `summary.json`. */
export interface RunSummary {
  /** The program that ran. */
  readonly program: "train" | "train-test-only";
  readonly adapter: AdapterDescription;
  /** Time of the whole run in s. */
  readonly seconds: number;
  readonly folds: readonly FoldSummary[];
  readonly valLoss: Spread | null;
  readonly valAccuracy: Spread | null;
  readonly testLoss: Spread;
  readonly testAccuracy: Spread;
  /**
   * Whether test figures are the best over all epochs, chosen by looking at
   * the test set itself, and so too good.
   */
  readonly optimistic: boolean;
}

/**
 * Averages over folds.
 *
 * @param values One value a fold.
 * @returns Mean and population standard deviation.
 */
export function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) /
    values.length;
  return { mean, std: Math.sqrt(variance) };
}

/**
 * Reads weights from a file.
 *
 * @param path A file in safetensors, all of it finite 32-bit floats.
 * @returns The arrays by name.
 * @throws {Error} If it is not such a file.
 */
export async function readWeights(
  path: string,
): Promise<Record<string, NamedArray>> {
  try {
    return parseWeights(await readRegularFile(path, LARGEST_WEIGHTS));
  } catch (cause) {
    const problem = cause instanceof WeightsError
      ? `${cause.problem}; another copy of it, or training anew, helps`
      : fileProblem(cause);
    throw new Error(`Cannot read weights "${path}": ${problem}`, { cause });
  }
}

/** A run's folder while it is being filled. */
export class Results {
  /** The folder. */
  readonly folder: string;
  readonly #configuration: Configuration;
  #begun = false;

  /**
   * Touches nothing yet.
   *
   * @param folder Where; it is there.
   * @param configuration The run's configuration.
   */
  constructor(folder: string, configuration: Configuration) {
    this.folder = folder;
    this.#configuration = configuration;
  }

  /** Whether this run has begun to fill it. */
  get begun(): boolean {
    return this.#begun;
  }

  /**
   * Writes the effective configuration into the folder, the first time it is
   * called; what a run that came to no checkpoint left in it is removed.
   */
  async begin(): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    await this.#saveStart([]);
    await removeEventFiles(join(this.folder, "logs"));
  }

  /**
   * Advises somebody who cannot go on from a fold's checkpoint.
   *
   * @param fold Fold, counted from 1.
   * @returns What lets it start anew, and loses no other fold.
   */
  async remedy(fold: number): Promise<string> {
    const name = checkpointName(fold);
    const others = (await findCheckpoints(this.folder)).filter((one) =>
      one !== name
    );
    return others.length > 0
      ? `without ${name} that fold starts anew`
      : "--out DIR starts anew elsewhere";
  }

  /** Writes what a run needs from its first moment on. */
  async #saveStart(rows: readonly EpochMetrics[]): Promise<void> {
    await saveFiles(this.folder, {
      "config.yaml": formatConfiguration(this.#configuration),
      "metrics.jsonl": rows.map((row) => `${JSON.stringify(row)}\n`).join(""),
    });
  }

  /**
   * Goes on with a run, instead of beginning one; writes its configuration
   * again, as data may be elsewhere by now.
   *
   * @param epochs How many epochs of a fold to keep in `metrics.jsonl`; a fold
   * that is left out keeps all.
   * @throws {Error} If it has fewer, holds something else, or cannot be read.
   */
  async resume(epochs: ReadonlyMap<number, number>): Promise<void> {
    const path = join(this.folder, "metrics.jsonl");
    const text = await readIfThere(path);
    const kept = parseMetrics(text ?? "", path).filter(({ fold, epoch }) =>
      epoch < (epochs.get(fold) ?? Infinity)
    );
    for (const [wanted, expected] of epochs) {
      const found = kept.filter(({ fold }) => fold === wanted).length;
      if (found !== expected) {
        throw new Error(
          `Cannot resume: "${path}" has ${counted(found, "epoch")} of fold ` +
            `${wanted}, ` +
            `expected ${expected}; ${await this.remedy(wanted)}`,
        );
      }
    }
    await this.#saveStart(kept);
    await Deno.remove(join(this.folder, "summary.json")).catch(allowMissing);
    this.#begun = true;
  }

  /**
   * Appends an epoch to `metrics.jsonl`.
   *
   * @param metrics The epoch.
   */
  async addEpoch(metrics: EpochMetrics): Promise<void> {
    const path = join(this.folder, "metrics.jsonl");
    const line = `${JSON.stringify(metrics)}\n`;
    try {
      const bytes = new TextEncoder().encode(line);
      await writeThrough(path, bytes, { append: true });
    } catch (cause) {
      throw new Error(`Cannot write "${path}": ${fileProblem(cause)}`, {
        cause,
      });
    }
  }

  /**
   * Writes `checkpoint_foldN.safetensors`.
   *
   * @param fold Fold, counted from 1.
   * @param bytes The checkpoint.
   */
  async saveCheckpoint(fold: number, bytes: Uint8Array): Promise<void> {
    await this.begin();
    await saveFiles(this.folder, { [checkpointName(fold)]: bytes });
  }

  /**
   * Writes `model_weights_foldN.safetensors`.
   *
   * @param fold Fold, counted from 1.
   * @param weights All weights.
   * @param metadata Texts that go with them.
   */
  async saveWeights(
    fold: number,
    weights: Readonly<Record<string, NamedArray>>,
    metadata: Readonly<Record<string, string>>,
  ): Promise<void> {
    const bytes = formatWeights(weights, metadata);
    await saveFiles(this.folder, {
      [`model_weights_fold${fold}.safetensors`]: bytes,
    });
  }

  /**
   * Writes `summary.json`.
   *
   * @param summary What the run came to.
   */
  async saveSummary(summary: RunSummary): Promise<void> {
    const text = `${JSON.stringify(summary, null, 2)}\n`;
    await saveFiles(this.folder, { "summary.json": text });
  }
}

/** Passes over a file that is not there. */
function allowMissing(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
