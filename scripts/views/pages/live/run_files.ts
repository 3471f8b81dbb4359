/**
 * Reads a run folder while the run trains.
 *
 * Files may be missing, or damaged by a crash: everything readable is shown.
 *
 * @module
 */

import { join } from "node:path";
import { counted } from "../../../../dataset/files/counted.ts";
import { inOneLine } from "../../../../dataset/files/errors.ts";
import { fileProblem } from "../../../../dataset/files/file_problem.ts";
import { parseConfiguration } from "../../../configuration/configuration.ts";
import type { Configuration } from "../../../configuration/schema/types.ts";
import type { RunState } from "../../../run/status.ts";
import { STATUS_FILE, WEIGHTS_FILE } from "../../../run/files.ts";
import type { EpochMetrics, RunSummary } from "../../../run/files.ts";
import { readRegularFile } from "../../../files/regular_file.ts";
import {
  parseMetrics,
  parseStatus,
  parseSummary,
} from "../../../run/parse_figures.ts";

/** The readable files of a run. */
export interface RunFiles {
  /** The folder. */
  readonly folder: string;
  /**
   * Time of the latest change of its files, in ms since 1970; 0 without files.
   */
  readonly changed: number;
  readonly status?: RunState;
  readonly configuration?: Configuration;
  /** Its epochs, in the order in which they ended. */
  readonly epochs: readonly EpochMetrics[];
  /** Files of the folder that cannot be read, and why. */
  readonly problems: readonly string[];
  readonly summary?: RunSummary;
  /** Folds that have a weights file. */
  readonly weights: readonly number[];
}

/**
 * Largest size of a file in bytes, enough for metrics of some 50,000 epochs.
 */
const LARGEST = 2 ** 25;

/** The files that change while a run trains. */
const WATCHED = [STATUS_FILE, "metrics.jsonl", "summary.json", "config.yaml"];

/** Time and fingerprint of the latest change of files. */
export interface Stamp {
  /** Time of the latest change in ms since 1970; 0 without files. */
  readonly changed: number;
  /** A text that differs if the time or size of any file does. */
  readonly mark: string;
}

/**
 * Checks a run's files for changes without reading them.
 *
 * @param folder The run's folder.
 * @returns Time and fingerprint of their latest change.
 */
export async function stampOf(folder: string): Promise<Stamp> {
  const infos = await Promise.all(
    WATCHED.map((name) => Deno.stat(join(folder, name)).catch(() => null)),
  );
  const times = infos.map((info) => info?.mtime?.getTime() ?? 0);
  const sizes = infos.map((info) => info?.size ?? -1);
  return {
    changed: times.reduce((a, b) => Math.max(a, b)),
    mark: [folder, ...times, ...sizes].join(" "),
  };
}

/**
 * Reads a run's files.
 *
 * @param folder The run folder, which may not exist.
 * @returns Everything that could be read.
 */
export async function readRunFiles(folder: string): Promise<RunFiles> {
  const { changed } = await stampOf(folder);
  const problems: string[] = [];
  const read = <T>(name: string, parse: (text: string, path: string) => T) =>
    readFile(join(folder, name), parse)
      .catch(({ message }) => void problems.push(inOneLine(message)));
  const status = await read(STATUS_FILE, parseStatus);
  if (status?.begun === false) {
    return { folder, changed, status, problems, epochs: [], weights: [] };
  }
  const rows = await read("metrics.jsonl", parseRows) ?? [];
  const epochs = rows.filter((row) => row !== undefined);
  if (epochs.length < rows.length) {
    const lines = counted(rows.length - epochs.length, "line");
    problems.push(`${lines} of metrics.jsonl cannot be read`);
  }
  const names = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  return {
    folder,
    changed,
    status,
    epochs,
    configuration: await read("config.yaml", parseConfiguration),
    summary: await read("summary.json", parseSummary),
    weights: names.map(({ name }) => Number(WEIGHTS_FILE.exec(name)?.[1]))
      .filter(Number.isInteger).sort((a, b) => a - b),
    problems,
  };
}

/** Reads a file; `undefined` if it does not exist. */
async function readFile<T>(
  path: string,
  parse: (text: string, path: string) => T,
): Promise<T | undefined> {
  let bytes;
  try {
    bytes = await readRegularFile(path, LARGEST);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    if (cause instanceof Deno.errors.NotADirectory) return undefined;
    throw new Error(`Cannot read "${path}": ${fileProblem(cause)}`, { cause });
  }
  return parse(new TextDecoder().decode(bytes), path);
}

/** Reads epochs line by line; `undefined` for a line that is not an epoch. */
function parseRows(text: string, path: string): (EpochMetrics | undefined)[] {
  // Text after the last line break is still being written.
  return text.split("\n").slice(0, -1).map((line) => {
    try {
      return parseMetrics(`${line}\n`, path)[0];
    } catch {
      return undefined;
    }
  });
}
