/**
 * Reads a run folder: configuration, epochs, results and weights.
 *
 * @module
 */

import { join } from "node:path";
import { counted } from "../../dataset/files/counted.ts";
import { WeightsError } from "../../engine/network/safetensors.ts";
import type { NamedArray } from "../../engine/network/weights.ts";
import { fileProblem } from "../../dataset/files/file_problem.ts";
import { checkpointName, weightsName } from "./files.ts";
import { parseCheckpoint } from "./checkpoint.ts";
import { readConfigurationFile } from "../configuration/configuration_file.ts";
import type { Configuration } from "../configuration/schema/types.ts";
import type { Fold } from "../experiment/fold.ts";
import { openFolds } from "../experiment/folds.ts";
import type { EpochMetrics, RunSummary } from "./files.ts";
import { readWeights } from "./weights_file.ts";
import { parseMetrics, parseSummary } from "./parse_figures.ts";
import { hasSamplesOf, type RunIdentity } from "./identity.ts";
import { requireOneRun } from "./seeds.ts";

/** Content of a run folder, whether training has ended or not. */
export interface Run {
  /** The folder. */
  readonly folder: string;
  /** The effective configuration. */
  readonly configuration: Configuration;
  /** Metrics of all epochs, ordered by fold. */
  readonly epochs: readonly EpochMetrics[];
  /** Results; `undefined` until all folds have ended. */
  readonly summary: RunSummary | undefined;
  /** Best weights by fold, for folds with at least one epoch. */
  readonly weights: ReadonlyMap<number, Readonly<Record<string, NamedArray>>>;
}

/**
 * Reads a run folder.
 *
 * @param folder The run folder.
 * @returns The run.
 * @throws {Error} If it is not a run folder, or a file in it cannot be used.
 */
export async function readRun(folder: string): Promise<Run> {
  const metrics = await readText(folder, "metrics.jsonl");
  if (metrics === undefined) {
    await requireOneRun(folder);
    throw new Error(
      `Cannot use run "${folder}": it has no metrics.jsonl, which training writes`,
    );
  }
  const epochs = parseMetrics(metrics, `${folder}/metrics.jsonl`);
  const summary = await readText(folder, "summary.json");
  const weights = new Map<number, Record<string, NamedArray>>();
  for (const fold of new Set(epochs.map(({ fold }) => fold))) {
    const path = join(folder, weightsName(fold));
    weights.set(fold, await readWeights(path));
  }
  return {
    folder,
    configuration: await readConfigurationFile(join(folder, "config.yaml")),
    epochs,
    summary: summary === undefined
      ? undefined
      : parseSummary(summary, `${folder}/summary.json`),
    weights,
  };
}

/**
 * Opens the data of a run and splits them into folds as the run did.
 *
 * @param run The run.
 * @returns All folds, also those that the run has not trained.
 * @throws {DatasetError | RecordingError} If the data cannot be used.
 */
export async function foldsOf(
  { configuration, epochs }: Pick<Run, "configuration" | "epochs">,
): Promise<Fold[]> {
  return await openFolds(configuration, {
    validation: epochs.some(({ valLoss }) => valLoss !== undefined),
  });
}

/**
 * Chooses the folds that a run has trained, and checks that their test samples
 * were not among the training samples.
 *
 * @param run The run.
 * @param folds All folds of its data.
 * @returns The folds that have weights.
 * @throws {Error} If the run has a fold that its data do not have, or a
 * checkpoint shows that the fold was trained on other samples.
 */
export async function trainedFolds(
  { folder, weights }: Pick<Run, "folder" | "weights">,
  folds: readonly Fold[],
): Promise<Fold[]> {
  const numbers = folds.map(({ number }) => number);
  const unknown = [...weights.keys()].find((fold) => !numbers.includes(fold));
  if (unknown !== undefined) {
    throw new Error(
      `Cannot use run "${folder}": its metrics.jsonl has fold ${unknown}, ` +
        `its data have ${counted(folds.length, "fold")}`,
    );
  }
  const trained = folds.filter(({ number }) => weights.has(number));
  for (const fold of trained) {
    const { number } = fold;
    const identity = await identityIn(join(folder, checkpointName(number)));
    if (identity === undefined || await hasSamplesOf(fold, identity)) continue;
    throw new Error(
      `Cannot test run "${folder}": its list of samples has changed since ` +
        `training, so the test set of fold ${number} may hold training samples`,
    );
  }
  return trained;
}

/**
 * Reads the run identity in a checkpoint; `undefined` if the file is missing or
 * damaged.
 */
async function identityIn(path: string): Promise<RunIdentity | undefined> {
  try {
    return parseCheckpoint(await Deno.readFile(path)).identity;
  } catch (cause) {
    if (
      cause instanceof Deno.errors.NotFound || cause instanceof WeightsError
    ) return undefined;
    throw new Error(`Cannot read "${path}": ${fileProblem(cause)}`, { cause });
  }
}

async function readText(
  folder: string,
  name: string,
): Promise<string | undefined> {
  const path = join(folder, name);
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (
      cause instanceof Deno.errors.NotFound ||
      cause instanceof Deno.errors.NotADirectory
    ) return undefined;
    throw new Error(`Cannot read "${path}": ${fileProblem(cause)}`, { cause });
  }
}
