/**
 * What a run left in its folder.
 *
 * @module
 */

import { join } from "node:path";
import { counted } from "../../dataset/files/counted.ts";
import { WeightsError } from "../../engine/network/safetensors.ts";
import type { NamedArray } from "../../engine/network/weights.ts";
import { fileProblem } from "../../dataset/files/file_problem.ts";
import { checkpointName } from "./files.ts";
import { parseCheckpoint } from "./checkpoint.ts";
import { loadConfiguration } from "../configuration/configuration.ts";
import type { Configuration } from "../configuration/types.ts";
import { type Fold, openFolds } from "../experiment/folds.ts";
import type { EpochMetrics, RunSummary } from "./files.ts";
import { readWeights } from "./weights_file.ts";
import { parseMetrics, parseSummary } from "./parse_figures.ts";
import { hasSamplesOf, type RunIdentity } from "./identity.ts";

/** A run, finished or under way. */
export interface Run {
  /** The folder. */
  readonly folder: string;
  /** What it ran with. */
  readonly configuration: Configuration;
  /** Its epochs, fold after fold. */
  readonly epochs: readonly EpochMetrics[];
  /** What it came to; `undefined` while it is under way. */
  readonly summary: RunSummary | undefined;
  /** Best weights by fold, of those folds that have any. */
  readonly weights: ReadonlyMap<number, Readonly<Record<string, NamedArray>>>;
}

/**
 * Reads a run's folder.
 *
 * @param folder Where.
 * @returns The run.
 * @throws {Error} If it is no run's folder, or a file in it cannot be used.
 */
export async function readRun(folder: string): Promise<Run> {
  const metrics = await readText(folder, "metrics.jsonl");
  if (metrics === undefined) {
    throw new Error(
      `Cannot use run "${folder}": it has no metrics.jsonl, which training leaves`,
    );
  }
  const epochs = parseMetrics(metrics, `${folder}/metrics.jsonl`);
  const summary = await readText(folder, "summary.json");
  const weights = new Map<number, Record<string, NamedArray>>();
  for (const fold of new Set(epochs.map(({ fold }) => fold))) {
    const path = join(folder, `model_weights_fold${fold}.safetensors`);
    weights.set(fold, await readWeights(path));
  }
  return {
    folder,
    configuration: await loadConfiguration(join(folder, "config.yaml")),
    epochs,
    summary: summary === undefined
      ? undefined
      : parseSummary(summary, `${folder}/summary.json`),
    weights,
  };
}

/**
 * Opens the data of a run, and cuts them into folds as the run did.
 *
 * @param run The run.
 * @returns All folds, whether or not the run came to them.
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
 * Takes the folds that a run has trained, to test it on samples that it did not
 * learn from.
 *
 * @param run The run.
 * @param folds All folds of its data.
 * @returns Those of which it has weights.
 * @throws {Error} If the run has a fold that its data have not, or a checkpoint
 * tells that it had other samples.
 */
export async function trainedFolds(
  { folder, weights }: Pick<Run, "folder" | "weights">,
  folds: readonly Fold[],
): Promise<Fold[]> {
  const numbers = folds.map(({ number }) => number);
  const stranger = [...weights.keys()].find((fold) => !numbers.includes(fold));
  if (stranger !== undefined) {
    throw new Error(
      `Cannot use run "${folder}": its metrics.jsonl has fold ${stranger}, ` +
        `its data have ${counted(folds.length, "fold")}`,
    );
  }
  const trained = folds.filter(({ number }) => weights.has(number));
  for (const fold of trained) {
    const { number } = fold;
    const identity = await identityIn(join(folder, checkpointName(number)));
    if (identity === undefined || await hasSamplesOf(fold, identity)) continue;
    throw new Error(
      `Cannot test run "${folder}": its list of samples has changed since, so ` +
        `that the test set of fold ${number} may hold what it learned from`,
    );
  }
  return trained;
}

/** Tells which run a checkpoint is of; one that is not whole does not tell. */
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
