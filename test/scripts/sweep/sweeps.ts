/**
 * Sweeps small enough for a test.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { SweepDefinition } from "../../../scripts/sweep/definition/definition.ts";
import type { SweepResults } from "../../../scripts/sweep/results/merge.ts";
import { runTask } from "../../fixtures/run_task.ts";

/**
 * Arguments of a network that trains for a second.
 *
 * @param folder Folder of the gestures.
 * @returns The arguments, for a sweep or a training.
 */
export function smallNetwork(folder: string): string[] {
  return [
    ...["--recipe", "small", "--data", folder, "--set", "data.window=250ms"],
    ...["--set", "training.updates=1", "--set", "input.slices=4"],
    ...["--set", "network=4-bn-lif-2"],
  ];
}

/**
 * Defines a sweep of a single key.
 *
 * @param key The key.
 * @param values Its values.
 * @returns The definition, with one seed and one fold.
 */
export function definitionOf(
  key: string,
  values: readonly string[],
): SweepDefinition {
  return {
    base: [],
    set: [],
    axes: [{ key, values: [...values] }],
    combinations: values.map((value) => ({ [key]: value })),
    seeds: [0],
    foldSeed: 0,
    folds: [1],
    configuration: {},
  };
}

/**
 * Runs `deno task sweep`, which has to succeed.
 *
 * @param args Its arguments.
 * @returns Its lines.
 */
export async function sweep(...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await runTask("sweep", args);
  assert.deepEqual([code, stderr], [0, ""]);
  return stdout.trimEnd().split("\n");
}

/**
 * Reads the results of a sweep.
 *
 * @param folder Its folder.
 * @returns What `deno task results --json` prints.
 */
export async function resultsOf(folder: string): Promise<SweepResults> {
  const { code, stdout, stderr } = await runTask("results", [folder, "--json"]);
  assert.deepEqual([code, stderr], [0, ""]);
  return JSON.parse(stdout);
}

/**
 * Reads the log of a run.
 *
 * @param folder Folder of the run.
 * @returns Everything that it printed.
 */
export async function logOf(folder: string): Promise<string> {
  return await Deno.readTextFile(join(folder, "train.log"));
}
