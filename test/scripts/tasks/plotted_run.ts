/**
 * A run of two folds that is trained and drawn once, and what `plot` refuses.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { runTask } from "../../fixtures/run_task.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import { prepareSigns, train } from "../training/train_runs.ts";

export const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);
export const run = join(folder.path, "first");
export const inPlots = (name: string) => join(run, "plots", name);

/** Names of a run's charts: of all folds, then of each of them. */
export const ALL = [
  ...["loss", "accuracy", "accuracy_in_time", "confusion_matrix"],
  ...["accuracy_by_class"],
  ...["accuracy_by_session", "accuracy_by_person"],
];
export const EACH = [
  ...["loss", "accuracy", "output_spike_raster", "output_spike_histogram"],
  ...["membrane_potentials", "firing_rate", "gradient_norm", "weights_fc1"],
];
export const NAMES = [
  ...ALL,
  ...[1, 2].flatMap((fold) => EACH.map((name) => `${name}_fold${fold}`)),
];

/** Two folds of two epochs, trained and drawn. */
let drawn: Promise<string> | undefined;
export function plotted(): Promise<string> {
  return drawn ??= (async () => {
    const config = await prepareSigns(folder.path);
    await train("train", "--config", config, "--folds", "1,2");
    const { code, stdout, stderr } = await runTask("plot", ["--run", run]);
    assert.deepEqual([code, stderr], [0, ""]);
    return stdout;
  })();
}

export async function namesIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.map(({ name }) => name).sort();
}

/**
 * Lists what `plot` cannot draw.
 *
 * @param run A run that can be drawn.
 * @param broken A run whose metrics are to be written.
 * @returns What is said, the arguments, and the metrics of the broken run.
 */
export function plotRefusals(
  run: string,
  broken: string,
): [problem: RegExp, args: string[], metrics?: string][] {
  return [
    [/"nowhere": it has no metrics.jsonl/, ["--run", "nowhere"]],
    [/line 1: it is not JSON/, ["--run", broken], "{\n"],
    [
      /line 1: "seconds" is missing/,
      ["--run", broken],
      '{"fold":1,"epoch":0}\n',
    ],
    [
      /line 1: "fold" is no whole number/,
      ["--run", broken],
      '{"fold":1.5,"epoch":0,"seconds":1}\n',
    ],
    [
      /line 1: "epoch" is no whole number/,
      ["--run", broken],
      '{"fold":1,"epoch":-1,"seconds":1}\n',
    ],
    [
      /line 1: "trainLoss" is no number/,
      ["--run", broken],
      '{"fold":1,"epoch":0,"seconds":1,"trainLoss":"low"}\n',
    ],
    [
      /line 1: "rates" is no list of numbers/,
      ["--run", broken],
      '{"fold":1,"epoch":0,"seconds":1,"trainLoss":1,"trainAccuracy":0,' +
      '"rates":0.5}\n',
    ],
    [
      /line 1: "updateNorms" is no numbers by layer/,
      ["--run", broken],
      '{"fold":1,"epoch":0,"seconds":1,"trainLoss":1,"trainAccuracy":0,' +
      '"rates":[],"updateNorms":[1]}\n',
    ],
    [
      /weights ".+fold1.+": there is no such/,
      ["--run", broken],
      '{"fold":1,"epoch":0,"seconds":1,"trainLoss":1,"trainAccuracy":0,' +
      '"rates":[]}\n',
    ],
    [/"fc1": expected a layer and a number/, ["--run", run, "--neuron", "fc1"]],
    [/"fc9:0": the layers with neurons are pool1/, [
      "--run",
      run,
      "--neuron",
      "fc9:0",
    ]],
    [/"fc1:19": the layer has 19/, ["--run", run, "--neuron", "fc1:19"]],
  ];
}
