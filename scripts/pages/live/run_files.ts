/**
 * What a run's folder holds while the run goes on.
 *
 * Files may be missing, or broken by a crash: whatever can be read is shown.
 *
 * @module
 */

import { join } from "node:path";
import { loadConfiguration } from "../../configuration/configuration.ts";
import type { Configuration } from "../../configuration/types.ts";
import { type RunState, STATUS_FILE } from "../../run/status.ts";
import type { EpochMetrics, RunSummary } from "../../run/writer.ts";
import {
  parseMetrics,
  parseStatus,
  parseSummary,
} from "../../run/figures_files.ts";

/** A run, as far as its folder tells. */
export interface RunFiles {
  /** The folder. */
  readonly folder: string;
  /** When a file of it changed last, in ms since 1970; 0 if there is none. */
  readonly changed: number;
  readonly status?: RunState;
  readonly configuration?: Configuration;
  /** Its epochs, in the order in which they ended. */
  readonly epochs: readonly EpochMetrics[];
  /** Lines of `metrics.jsonl` that are no epochs. */
  readonly broken: number;
  readonly summary?: RunSummary;
  /** Folds whose best weights are there. */
  readonly weights: readonly number[];
}

/** The files that change while a run goes on. */
const WATCHED = [STATUS_FILE, "metrics.jsonl", "summary.json", "config.yaml"];

/** When files changed last, and what tells one state of them from another. */
export interface Stamp {
  /** In ms since 1970; 0 if there are none. */
  readonly changed: number;
  /** Differs wherever a file does. */
  readonly mark: string;
}

/**
 * Looks at a run's files without reading them.
 *
 * @param folder The run's folder.
 * @returns When they changed.
 */
export async function stampOf(folder: string): Promise<Stamp> {
  const infos = await Promise.all(
    WATCHED.map((name) => Deno.stat(join(folder, name)).catch(() => null)),
  );
  const times = infos.map((info) => info?.mtime?.getTime() ?? 0);
  const sizes = infos.map((info) => info?.size ?? -1);
  return {
    changed: Math.max(...times),
    mark: [folder, ...times, ...sizes].join(" "),
  };
}

/**
 * Reads a run's files.
 *
 * @param folder The run's folder, which need not be there.
 * @returns What could be read.
 */
export async function readRunFiles(folder: string): Promise<RunFiles> {
  const { changed } = await stampOf(folder);
  const read = (name: string) =>
    Deno.readTextFile(join(folder, name)).catch(() => "");
  const status = parseStatus(await read(STATUS_FILE));
  if (status?.begun === false) {
    return { folder, changed, status, epochs: [], broken: 0, weights: [] };
  }
  const lines = (await read("metrics.jsonl")).split("\n");
  const summary = await read("summary.json");
  // What follows the last line break is still being written.
  const rows = lines.slice(0, -1).map((line) =>
    readable(() => parseMetrics(`${line}\n`, "metrics.jsonl")[0])
  );
  const epochs = rows.filter((row) => row !== undefined);
  const names = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  return {
    ...{ folder, changed, status, epochs },
    broken: rows.length - epochs.length,
    configuration: await loadConfiguration(join(folder, "config.yaml"))
      .catch(() => undefined),
    summary: readable(() => parseSummary(summary, "summary.json")),
    weights: names.map(({ name }) =>
      Number(/^model_weights_fold(\d)\.safetensors$/.exec(name)?.[1])
    ).filter(Number.isInteger).sort(),
  };
}

/** What is read, or nothing where it cannot be. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
