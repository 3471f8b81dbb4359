/**
 * What is in a folder before a run starts there.
 *
 * @module
 */

import { join, relative } from "node:path";
import { fileProblem } from "../../dataset/files/file_problem.ts";
import {
  formatConfiguration,
  parseConfiguration,
} from "../configuration/configuration.ts";
import { findEventFiles } from "./tensorboard/event_file.ts";
import { STATUS_FILE } from "./status.ts";
import type { EpochMetrics, RunSummary } from "./writer.ts";
import { parseMetrics, parseStatus, parseSummary } from "./figures_files.ts";

/** The names of checkpoints, and of the best weights of folds. */
const CHECKPOINT = /^checkpoint_fold\d\.safetensors$/;
const WEIGHTS = /^model_weights_fold\d\.safetensors$/;

/**
 * Looks for an earlier run in a folder. One that was stopped before its first
 * checkpoint has nothing to go on from, and counts as none.
 *
 * @param folder The folder.
 * @returns Whether there is none, or one that has not ended; what it came to,
 * if it has ended.
 * @throws {Error} If its files are damaged or cannot be read, or there is none,
 * but files that no run left there and among which a new one would write.
 */
export async function findEarlierRun(
  folder: string,
): Promise<"none" | "under way" | RunSummary> {
  const summary = await readIfThere(join(folder, "summary.json"));
  if (summary !== undefined) {
    return parseSummary(summary, join(folder, "summary.json"));
  }
  const metrics = await readIfThere(join(folder, "metrics.jsonl"));
  const epochs = metrics === undefined
    ? undefined
    : parseMetrics(metrics, join(folder, "metrics.jsonl"));
  const checkpoints = await findCheckpoints(folder);
  if (checkpoints.length > 0 || (epochs && epochs.length > 1)) {
    return "under way";
  }
  const strangers = await findStrangers(folder, epochs);
  if (strangers.length === 0) return "none";
  throw new Error(
    `Cannot start in "${folder}": it holds ${strangers.join(", ")}, which no ` +
      "run left there; --out DIR starts elsewhere",
  );
}

/**
 * Looks for the checkpoints in a run's folder.
 *
 * @param folder The folder.
 * @returns Their names.
 */
export async function findCheckpoints(folder: string): Promise<string[]> {
  return await findFiles(folder, CHECKPOINT);
}

/**
 * Reads a text.
 *
 * @param path The file.
 * @returns The text; `undefined` if there is no such file.
 * @throws {Error} If it cannot be read.
 */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw new Error(`Cannot read "${path}": ${fileProblem(cause)}`, { cause });
  }
}

/** Files of a run's names that were not left by one stopped early. */
async function findStrangers(
  folder: string,
  epochs: readonly EpochMetrics[] | undefined,
): Promise<string[]> {
  const configuration = await readIfThere(join(folder, "config.yaml"));
  const status = await readIfThere(join(folder, STATUS_FILE));
  const events = await findEventFiles(join(folder, "logs"));
  const written = configuration !== undefined && isFormatted(configuration);
  // A run writes these two before weights and logs.
  const begun = written && epochs !== undefined;
  return [
    ...(configuration !== undefined && !written ? ["config.yaml"] : []),
    ...(epochs?.length && !begun ? ["metrics.jsonl"] : []),
    ...(begun ? [] : await findFiles(folder, WEIGHTS)),
    ...(status !== undefined && !isStatus(status) ? [STATUS_FILE] : []),
    ...events.filter(({ ours }) => !(ours && begun))
      .map(({ path }) => relative(folder, path)),
  ];
}

async function findFiles(folder: string, pattern: RegExp): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.map(({ name }) => name).filter((name) => pattern.test(name))
    .sort();
}

/** Whether a run wrote this status. */
function isStatus(text: string): boolean {
  try {
    parseStatus(text, STATUS_FILE);
    return true;
  } catch {
    return false;
  }
}

/** Says whether a configuration is in the words in which runs write it. */
function isFormatted(text: string): boolean {
  try {
    return formatConfiguration(parseConfiguration(text, "config.yaml")) ===
      text;
  } catch {
    return false;
  }
}
