/**
 * What has become of a run of a sweep, as its folder says.
 *
 * @module
 */

import { join } from "node:path";
import { readIfThere } from "../run/earlier_run.ts";
import {
  type EpochMetrics,
  METRICS_FILE,
  type RunSummary,
  SUMMARY_FILE,
} from "../run/files.ts";
import { isClaimed, isLocked } from "../run/lock.ts";
import { parseMetrics, parseSummary } from "../run/parse_figures.ts";

/** Everything that a run of a sweep prints. */
export const LOG_FILE = "train.log";

/** What has become of a run. */
export interface RunState {
  /**
   * `waiting` before it began; `paused` where it was stopped, or has trained as
   * long as a search wants.
   */
  readonly state: "done" | "running" | "failed" | "paused" | "waiting";
  /** Why it failed, if it did. */
  readonly problem?: string;
  /**
   * Whether it is running without a sweep, such as after one was killed: it goes
   * on, and the sweep finds it once that is started again.
   */
  readonly alone?: boolean;
  /** Metrics of the epochs that it has trained. */
  readonly epochs: readonly EpochMetrics[];
  /** Its results, once it is done. */
  readonly summary?: RunSummary;
}

/** All states, in the order in which they are listed. */
export const STATES = [
  ...["done", "running", "failed", "paused", "waiting"] as const,
];

/** Start of the line that a run ends with if it fails. */
const ERROR = "error: ";

/**
 * Reads what has become of a run.
 *
 * @param folder The run's folder, which may not exist.
 * @returns Its state, and its figures; a run whose files are damaged, or cannot
 * be read, counts as failed.
 */
export async function readRunState(folder: string): Promise<RunState> {
  // First, since a run that ends in between is then running, and not failed.
  const running = await isLocked(folder) === true;
  try {
    const alone = running && await isClaimed(folder) === false;
    return { ...await readFigures(folder, running), alone };
  } catch (error) {
    const { message: problem } = error as Error;
    return { state: running ? "running" : "failed", problem, epochs: [] };
  }
}

async function readFigures(
  folder: string,
  running: boolean,
): Promise<RunState> {
  const summaryPath = join(folder, SUMMARY_FILE);
  const metricsPath = join(folder, METRICS_FILE);
  const [summary, metrics] = await Promise.all(
    [summaryPath, metricsPath].map(readIfThere),
  );
  const epochs = parseMetrics(metrics ?? "", metricsPath);
  if (running) return { state: "running", epochs };
  if (summary !== undefined) {
    const results = parseSummary(summary, summaryPath);
    return { state: "done", epochs, summary: results };
  }
  const log = await readIfThere(join(folder, LOG_FILE)) ?? "";
  const problem = problemIn(log);
  if (problem !== undefined) return { state: "failed", problem, epochs };
  return { state: epochs.length > 0 ? "paused" : "waiting", epochs };
}

/**
 * Finds out of what a run failed.
 *
 * @param log Everything that it printed, or the end of that.
 * @returns The problem; `undefined` if its last line is no error.
 */
export function problemIn(log: string): string | undefined {
  const line = log.trimEnd().split("\n").at(-1)!;
  return line.startsWith(ERROR) ? line.slice(ERROR.length) : undefined;
}
