/**
 * State of a run of a sweep, as read from its folder.
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

/** Log with all output of a run. */
export const LOG_FILE = "train.log";

/** State of a run. */
export interface RunState {
  /**
   * `waiting` before it begins; `paused` if it was stopped, or has trained as
   * many epochs as the current round of a search needs.
   */
  readonly state: "done" | "running" | "failed" | "paused" | "waiting";
  /** Reason why it failed, if it did. */
  readonly problem?: string;
  /**
   * Whether it runs outside of a sweep's process, such as after the sweep was
   * killed; a restarted sweep finds it.
   */
  readonly alone?: boolean;
  /** Metrics of its epochs. */
  readonly epochs: readonly EpochMetrics[];
  /** Its results, once it has ended. */
  readonly summary?: RunSummary;
}

/** All states, in display order. */
export const STATES = [
  ...["done", "running", "failed", "paused", "waiting"] as const,
];

/** Start of the last line of a run that failed. */
const ERROR = "error: ";

/**
 * Reads the state of a run.
 *
 * @param folder The run's folder, which may not exist.
 * @returns State and figures; unreadable or damaged files count as a failure.
 */
export async function readRunState(folder: string): Promise<RunState> {
  // Read the lock first: a run that ends meanwhile counts as running, not
  // failed.
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
 * Finds the reason of a failure.
 *
 * @param log Output of the run, or its end.
 * @returns The reason; `undefined` if the last line is not an error.
 */
export function problemIn(log: string): string | undefined {
  const line = log.trimEnd().split("\n").at(-1)!;
  return line.startsWith(ERROR) ? line.slice(ERROR.length) : undefined;
}
