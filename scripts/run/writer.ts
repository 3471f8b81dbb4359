/**
 * The folder that a run leaves behind.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { mean } from "npm:d3-array@3.2.4";
import { join } from "node:path";
import { counted } from "../../dataset/files/counted.ts";
import { fileProblem } from "../../dataset/files/file_problem.ts";
import type { NamedArray } from "../../engine/network/weights.ts";
import { formatConfiguration } from "../configuration/configuration.ts";
import type { Configuration } from "../configuration/types.ts";
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
    await removeEventFiles(join(this.folder, LOGS_FOLDER));
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
      [CONFIG_FILE]: formatConfiguration(this.#configuration),
      [METRICS_FILE]: rows.map((row) => `${JSON.stringify(row)}\n`).join(""),
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
    const path = join(this.folder, METRICS_FILE);
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
    await Deno.remove(join(this.folder, SUMMARY_FILE)).catch(allowMissing);
    this.#begun = true;
  }

  /**
   * Appends an epoch to `metrics.jsonl`.
   *
   * @param metrics The epoch.
   */
  async addEpoch(metrics: EpochMetrics): Promise<void> {
    const path = join(this.folder, METRICS_FILE);
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
    const bytes = saveWeights(weights, metadata);
    await saveFiles(this.folder, {
      [weightsName(fold)]: bytes,
    });
  }

  /**
   * Writes `summary.json`.
   *
   * @param summary What the run came to.
   */
  async saveSummary(summary: RunSummary): Promise<void> {
    const text = `${JSON.stringify(summary, null, 2)}\n`;
    await saveFiles(this.folder, { [SUMMARY_FILE]: text });
  }
}

/** Passes over a file that is not there. */
function allowMissing(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
