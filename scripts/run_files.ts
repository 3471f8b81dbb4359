/**
 * The figures that a run leaves, as they are read back.
 *
 * @module
 */

import type { EpochMetrics, RunSummary } from "./results.ts";

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
  const stranger = Object.entries({ fold, epoch, seconds })
    .find(([_, value]) => typeof value !== "number");
  if (stranger) {
    throw new Error(
      `Cannot read "${path}" line ${number}: "${stranger[0]}" is no number`,
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
  if (!summary?.folds || !summary.adapter || !summary.testLoss) {
    throw new Error(
      `Cannot read "${path}": it has no folds, adapter or test loss`,
    );
  }
  return summary;
}

function parse<T>(text: string, path: string, line?: number): T {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const place = line === undefined ? "" : ` line ${line}`;
    throw new Error(`Cannot read "${path}"${place}: it is no JSON`, { cause });
  }
}
