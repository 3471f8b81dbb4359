/**
 * The figures that a run leaves, as they are read back.
 *
 * @module
 */

import type { RunState } from "./status.ts";
import type { EpochMetrics, RunSummary } from "./writer.ts";

/** Whether a value is a number; JSON has `null` for one that is not finite. */
const isNumber = (value: unknown) =>
  typeof value === "number" || value === null;
const isList = (value: unknown) =>
  Array.isArray(value) && value.every(isNumber);
const areNumbers = (value: unknown) =>
  typeof value === "object" && value !== null && !Array.isArray(value) &&
  Object.values(value).every(isNumber);

type Check = readonly [is: (value: unknown) => boolean, otherwise: string];

const isCount = (least: number) => (value: unknown) =>
  Number.isSafeInteger(value) && Number(value) >= least;

const FOLD: Check = [isCount(1), "no whole number of at least 1"];
const EPOCH: Check = [isCount(0), "no whole number of at least 0"];
const NUMBER: Check = [Number.isFinite, "no number"];
const LIST: Check = [isList, "no list of numbers"];
const BY_LAYER: Check = [areNumbers, "no numbers by layer"];

/** What an epoch must hold, and what in it is more than a number. */
const CHECKS: ReadonlyMap<string, Check> = new Map([
  ["fold", FOLD],
  ["epoch", EPOCH],
  ["seconds", NUMBER],
  ...["rates", "silent", "saturated"].map((key) => [key, LIST] as const),
  ...["gradientNorms", "updateNorms", "firstScales"]
    .map((key) => [key, BY_LAYER] as const),
]);

/**
 * Reads `metrics.jsonl`.
 *
 * @param text What the file holds; a last line that has no end is passed over.
 * @param path The file, for messages.
 * @returns Its rows.
 * @throws {Error} If a row is no epoch.
 */
export function parseMetrics(text: string, path: string): EpochMetrics[] {
  return text.split("\n").slice(0, -1).flatMap((line, index) =>
    line === "" ? [] : [parseEpoch(line, path, index + 1)]
  );
}

function parseEpoch(line: string, path: string, number: number): EpochMetrics {
  const row = parse<Partial<EpochMetrics> | null>(line, path, number);
  const { fold, epoch, seconds } = row ?? {};
  for (const [key, value] of Object.entries({ fold, epoch, seconds, ...row })) {
    const [is, otherwise] = CHECKS.get(key) ?? [isNumber, "no number"];
    if (is(value)) continue;
    throw new Error(
      `Cannot read "${path}" line ${number}: "${key}" is ${otherwise}`,
    );
  }
  return row as EpochMetrics;
}

/**
 * Reads `summary.json`.
 *
 * @param text What the file holds.
 * @param path The file, for messages.
 * @returns The summary.
 * @throws {Error} If it is none.
 */
export function parseSummary(text: string, path: string): RunSummary {
  const summary = parse<RunSummary | null>(text, path);
  const folds: unknown = summary?.folds;
  if (
    !Array.isArray(folds) || !folds.every(areNumbers) || !summary?.adapter ||
    !summary.testLoss
  ) {
    throw new Error(
      `Cannot read "${path}": it has no folds, adapter or test loss`,
    );
  }
  return summary;
}

/**
 * Reads `status.json`.
 *
 * @param text What the file holds.
 * @returns Where the run is; `undefined` if no run wrote it.
 */
export function parseStatus(text: string): RunState | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Object.hasOwn(Object(value), "pass") ? value as RunState : undefined;
  } catch {
    return undefined;
  }
}

function parse<T>(text: string, path: string, line?: number): T {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const place = line === undefined ? "" : ` line ${line}`;
    throw new Error(`Cannot read "${path}"${place}: it is no JSON`, { cause });
  }
}
