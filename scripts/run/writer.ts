/**
 * Writes the files of a run folder.
 *
 * @module
 */

import { join } from "node:path";
import { counted } from "../../dataset/files/counted.ts";
import { fileProblem } from "../../dataset/files/file_problem.ts";
import type { NamedArray } from "../../engine/network/weights.ts";
import { formatConfiguration } from "../configuration/configuration.ts";
import type { Configuration } from "../configuration/schema/types.ts";
import { findCheckpoints, readIfThere } from "./earlier_run.ts";
import {
  checkpointName,
  CONFIG_FILE,
  type EpochMetrics,
  LOGS_FOLDER,
  METRICS_FILE,
  type RunSummary,
  SUMMARY_FILE,
  weightsName,
} from "./files.ts";
import { removeEventFiles } from "./tensorboard/event_file.ts";
import { parseMetrics } from "./parse_figures.ts";
import { saveFiles, writeThrough } from "../files/atomic_write.ts";
import { saveWeights } from "../../engine/network/weights_file.ts";

/** Writer of a run folder. */
export class Results {
  /** The folder. */
  readonly folder: string;
  /** Whether this process writes, rather than another one of the same run. */
  readonly writes: boolean;
  readonly #configuration: Configuration;
  #begun = false;

  /**
   * Stores folder and configuration, without writing.
   *
   * @param folder The run folder, which must exist.
   * @param configuration The run's configuration.
   * @param options Whether this process writes. @default it does
   */
  constructor(
    folder: string,
    configuration: Configuration,
    { writes = true } = {},
  ) {
    this.folder = folder;
    this.writes = writes;
    this.#configuration = configuration;
  }

  /** Whether this run has written to the folder. */
  get begun(): boolean {
    return this.#begun;
  }

  /**
   * Writes the effective configuration and an empty `metrics.jsonl`, and
   * removes the logs of an earlier run that was stopped before its first
   * checkpoint. Only the first call does this.
   */
  async begin(): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    await this.#saveStart([]);
    if (this.writes) await removeEventFiles(join(this.folder, LOGS_FOLDER));
  }

  /**
   * Advises the user what to do if a fold's checkpoint cannot be used.
   *
   * @param fold Fold, counted from 1.
   * @returns How to restart without losing other folds.
   */
  async remedy(fold: number): Promise<string> {
    const name = checkpointName(fold);
    const others = (await findCheckpoints(this.folder)).filter((one) =>
      one !== name
    );
    return others.length > 0
      ? `delete ${name} to start that fold anew`
      : "start anew in another folder with --out DIR";
  }

  /** Writes the files that a run folder has from the start. */
  async #saveStart(rows: readonly EpochMetrics[]): Promise<void> {
    await this.#save({
      [CONFIG_FILE]: formatConfiguration(this.#configuration),
      [METRICS_FILE]: rows.map((row) => `${JSON.stringify(row)}\n`).join(""),
    });
  }

  async #save(files: Parameters<typeof saveFiles>[1]): Promise<void> {
    if (this.writes) await saveFiles(this.folder, files);
  }

  /**
   * Continues the run that is in the folder. Its configuration is written
   * again, since the data may have moved.
   *
   * @param epochs Number of epochs of each fold to keep in `metrics.jsonl`, by
   * fold; a fold that is not listed keeps all.
   * @throws {Error} If `metrics.jsonl` has fewer epochs, is damaged or cannot
   * be read.
   */
  async resume(epochs: ReadonlyMap<number, number>): Promise<void> {
    const kept = (await this.epochs()).filter(({ fold, epoch }) =>
      epoch < (epochs.get(fold) ?? Infinity)
    );
    for (const [number, expected] of epochs) {
      const found = kept.filter(({ fold }) => fold === number).length;
      if (found !== expected) {
        throw new Error(
          `Cannot resume: "${this.#metrics}" has ${
            counted(found, "epoch")
          } of fold ` +
            `${number}, expected ${expected}; ${await this.remedy(number)}`,
        );
      }
    }
    await this.#saveStart(kept);
    if (this.writes) {
      await Deno.remove(join(this.folder, SUMMARY_FILE)).catch(allowMissing);
    }
    this.#begun = true;
  }

  /**
   * Reads `metrics.jsonl`.
   *
   * @returns The epochs so far.
   * @throws {Error} If it is damaged or cannot be read.
   */
  async epochs(): Promise<EpochMetrics[]> {
    return parseMetrics(await readIfThere(this.#metrics) ?? "", this.#metrics);
  }

  get #metrics(): string {
    return join(this.folder, METRICS_FILE);
  }

  /**
   * Appends an epoch to `metrics.jsonl`.
   *
   * @param metrics The epoch's metrics.
   */
  async addEpoch(metrics: EpochMetrics): Promise<void> {
    if (!this.writes) return;
    const path = this.#metrics;
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
    await this.#save({ [checkpointName(fold)]: bytes });
  }

  /**
   * Writes `model_weights_foldN.safetensors`.
   *
   * @param fold Fold, counted from 1.
   * @param weights All weights.
   * @param metadata Texts stored with the weights, by name.
   */
  async saveWeights(
    fold: number,
    weights: Readonly<Record<string, NamedArray>>,
    metadata: Readonly<Record<string, string>>,
  ): Promise<void> {
    const bytes = saveWeights(weights, metadata);
    await this.#save({ [weightsName(fold)]: bytes });
  }

  /**
   * Writes `summary.json`.
   *
   * @param summary The results.
   */
  async saveSummary(summary: RunSummary): Promise<void> {
    const text = `${JSON.stringify(summary, null, 2)}\n`;
    await this.#save({ [SUMMARY_FILE]: text });
  }
}

/** Ignores the error that a file to remove does not exist. */
function allowMissing(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
