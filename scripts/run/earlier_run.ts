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
import {
  CHECKPOINT_FILE,
  CONFIG_FILE,
  type EpochMetrics,
  LOGS_FOLDER,
  METRICS_FILE,
  type RunSummary,
  STATUS_FILE,
  SUMMARY_FILE,
  WEIGHTS_FILE,
} from "./files.ts";
import { parseMetrics, parseStatus, parseSummary } from "./parse_figures.ts";

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
  const summary = await readIfThere(join(folder, SUMMARY_FILE));
  if (summary !== undefined) {
    return parseSummary(summary, join(folder, SUMMARY_FILE));
  }
  const metrics = await readIfThere(join(folder, METRICS_FILE));
  const epochs = metrics === undefined
    ? undefined
    : parseMetrics(metrics, join(folder, METRICS_FILE));
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
  return await findFiles(folder, CHECKPOINT_FILE);
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
  const configuration = await readIfThere(join(folder, CONFIG_FILE));
  const status = await readIfThere(join(folder, STATUS_FILE));
  const events = await findEventFiles(join(folder, LOGS_FOLDER));
  const written = configuration !== undefined && isFormatted(configuration);
  // A run writes these two before weights and logs.
  const begun = written && epochs !== undefined;
  return [
    ...(configuration !== undefined && !written ? [CONFIG_FILE] : []),
    ...(epochs?.length && !begun ? [METRICS_FILE] : []),
    ...(begun ? [] : await findFiles(folder, WEIGHTS_FILE)),
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
    return formatConfiguration(parseConfiguration(text, CONFIG_FILE)) ===
      text;
  } catch {
    return false;
  }
}
