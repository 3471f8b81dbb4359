/**
 * Runs of the training programs, small enough for a CPU.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { readConfigurationFile } from "../../../scripts/configuration/configuration_file.ts";
import type { Configuration } from "../../../scripts/configuration/schema/types.ts";
import type { EpochMetrics, RunSummary } from "../../../scripts/run/files.ts";
import { runTask } from "../../fixtures/run_task.ts";
import { copySigns } from "./shared_signs.ts";

/** A network of one layer for the signs of four people. */
const SIGNS = `simulation: {Ts: 20, tSample: 1500, nSample: 8}
neuron: {theta: 10, tauSr: 20, tauRef: 20, scaleRef: 2}
training:
  epochs: 2
  error: {tgtSpikeCount: {true: 30, false: 5}}
  path: {out: first, data: data, file_list: data/filelist.txt}
testing:
  tSample: 2000
  error: {tgtSpikeCount: {true: 40, false: 6}}
network: [{pool: 8}, {dense: 19}]
`;

/** The same for digits. */
const DIGITS = `simulation: {Ts: 1, tSample: 300, nSample: 12}
neuron: {theta: 10, tauSr: 10, tauRef: 1, scaleRef: 2}
training:
  epochs: 2
  error: {tgtSpikeCount: {true: 60, false: 10}}
  path: {out: first, in: digits, train: train.txt, test: test.txt}
network: [{dense: 10}]
`;

/**
 * Copies recordings of four people and their store, and writes a configuration
 * that uses them.
 *
 * @param folder An empty folder.
 * @returns The configuration; results go to `first` beside it.
 */
export async function prepareSigns(folder: string): Promise<string> {
  await copySigns(join(folder, "data"));
  const path = join(folder, "network.yaml");
  await Deno.writeTextFile(path, SIGNS);
  return path;
}

/**
 * Makes lists of digits, and a configuration that uses them.
 *
 * @param folder An empty folder.
 * @param digits Folder of the digits, and the lines of both lists.
 * @returns The configuration; results go to `first` beside it.
 */
export async function prepareDigits(
  folder: string,
  digits: {
    readonly in: string;
    readonly train: readonly string[];
    readonly test: readonly string[];
  },
): Promise<string> {
  await Deno.symlink(digits.in, join(folder, "digits"));
  for (const list of ["train", "test"] as const) {
    const lines = ["#sample #class", ...digits[list]];
    await Deno.writeTextFile(join(folder, `${list}.txt`), lines.join("\n"));
  }
  const path = join(folder, "network.yaml");
  await Deno.writeTextFile(path, DIGITS);
  return path;
}

/** Files of a run folder. */
export interface Results {
  /** `config.yaml`, read again. */
  readonly configuration: Configuration;
  /** The rows of `metrics.jsonl`. */
  readonly metrics: readonly EpochMetrics[];
  /** Content of `summary.json`. */
  readonly summary: RunSummary;
}

/**
 * Reads the folder of a run.
 *
 * @param folder The folder.
 * @returns All but the weights.
 */
export async function readResults(folder: string): Promise<Results> {
  const read = (name: string) => Deno.readTextFile(join(folder, name));
  const rows = (await read("metrics.jsonl")).trimEnd().split("\n");
  return {
    configuration: await readConfigurationFile(join(folder, "config.yaml")),
    metrics: rows.map((row) => JSON.parse(row)),
    summary: JSON.parse(await read("summary.json")),
  };
}

/**
 * Runs a training program, which has to succeed, with or without warnings.
 *
 * @param program Its task.
 * @param args Its arguments.
 * @returns Its output.
 */
export async function train(
  program: RunSummary["program"],
  ...args: string[]
): Promise<string> {
  const { code, stdout, stderr } = await runTask(program, args);
  assert.match(stderr, /^(warning: [^\n]+[^.\n]\n)*$/);
  assert.equal(code, 0);
  return stdout;
}
