/**
 * Looks for an earlier run in a folder before a new one starts there.
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
import { findSeeds, isSweep } from "./seeds.ts";

/**
 * Looks for an earlier run in a folder. One that was stopped before its first
 * checkpoint cannot be resumed and counts as none.
 *
 * @param folder The folder.
 * @returns `none`, `under way` for a run that has not ended, or the results of
 * one that has.
 * @throws {Error} If the run's files are damaged or cannot be read, if files
 * that no run wrote have the names that a run uses, or if the folder holds the
 * runs of several seeds or of a sweep.
 */
export async function findEarlierRun(
  folder: string,
): Promise<"none" | "under way" | RunSummary> {
  const others = await isSweep(folder)
    ? "the runs of a sweep"
    : (await findSeeds(folder)).length > 0
    ? "the runs of several seeds"
    : undefined;
  if (others !== undefined) {
    throw new Error(
      `Cannot start in "${folder}": it holds ${others}; choose another folder ` +
        "with --out DIR",
    );
  }
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
      "run wrote; choose another folder with --out DIR",
  );
}

/**
 * Looks for the checkpoints in a run folder.
 *
 * @param folder The folder.
 * @returns Names of the files, in order.
 */
export async function findCheckpoints(folder: string): Promise<string[]> {
  return await findFiles(folder, CHECKPOINT_FILE);
}

/**
 * Reads a text file that may be missing.
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

/**
 * Lists files that have the names of a run's files but were not written by a
 * run that was stopped early.
 */
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

/** Whether a text is a status that a run wrote. */
function isStatus(text: string): boolean {
  try {
    parseStatus(text, STATUS_FILE);
    return true;
  } catch {
    return false;
  }
}

/** Whether a configuration is formatted exactly as runs write it. */
function isFormatted(text: string): boolean {
  try {
    return formatConfiguration(parseConfiguration(text, CONFIG_FILE)) ===
      text;
  } catch {
    return false;
  }
}
