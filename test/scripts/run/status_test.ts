import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readConfigurationFile } from "../../../scripts/configuration/configuration_file.ts";
import { type RunState, RunStatus } from "../../../scripts/run/status.ts";
import { Results } from "../../../scripts/run/writer.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";

const configuration = await readConfigurationFile("scripts/network.yaml");

function statusIn(folder: string): RunStatus {
  return new RunStatus(new Results(folder, configuration), {
    program: "train",
    adapter: { name: "none", software: true },
    folds: [1],
    epochs: 3,
    resume: "deno task train --resume",
  }, () => 12);
}

/** A batch of three samples of classes 0, 1 and 1. */
function record(...predictions: number[]) {
  return {
    labels: Uint32Array.of(0, 1, 1),
    predictions: Uint32Array.from(predictions),
    losses: new Float32Array(3),
    spikes: Uint32Array.of(5),
  };
}

function state(
  set: RunState["pass"]["set"],
  samples: number,
  epoch = 0,
): Pick<RunState, "classes" | "layers" | "pass"> {
  return {
    classes: ["cat", "dog"],
    layers: ["fc1"],
    pass: {
      fold: 1,
      epoch,
      set,
      total: 6,
      samples,
      loss: 1,
      accuracy: 0.5,
      samplesPerSecond: 9,
      deviceShare: 0.5,
      dataShare: 0.25,
    },
  };
}

async function read(folder: string): Promise<RunState> {
  return JSON.parse(await Deno.readTextFile(join(folder, "status.json")));
}

Deno.test("RunStatus writes at once, and then once a second", async () => {
  await using folder = await temporaryFolder();
  const status = statusIn(folder.path);
  status.addRecords([record(0, 1, 1)], state("training", 3));
  const path = join(folder.path, "status.json");
  while (!existsSync(path)) await new Promise((go) => setTimeout(go, 5));
  const first = await read(folder.path);
  assert.deepEqual([first.state, first.pass.samples], ["training", 3]);
  assert.deepEqual([first.begun, first.seconds], [false, 12]);
  status.addRecords([record(0, 1, 1)], state("training", 6));
  await new Promise((go) => setTimeout(go, 100));
  assert.deepEqual(await read(folder.path), first);
  await status.end("stopped");
  const last = await read(folder.path);
  assert.deepEqual([last.state, last.pass.samples], ["stopped", 6]);
});

Deno.test("RunStatus keeps the confusion matrix of the last complete pass", async () => {
  await using folder = await temporaryFolder();
  const status = statusIn(folder.path);
  status.addRecords([record(0, 1, 1)], state("training", 6));
  // A pass during which the device was lost starts again.
  status.beginPass();
  status.addRecords([record(0, 0, 0)], state("validation", 3));
  status.beginPass();
  status.addRecords([record(1, 1, 0)], state("validation", 3));
  status.addRecords([record(0, 1, 1)], state("validation", 6));
  for (const epoch of [1, 1]) {
    status.addAlarm({ fold: 1, epoch, warning: "layer is silent" });
  }
  status.beginPass();
  status.addRecords([record(0, 0, 0)], state("validation", 3, 1));
  await status.end("failed", "the loss is NaN");
  const { confusions, alarms, problem } = await read(folder.path);
  assert.deepEqual(confusions, [{
    fold: 1,
    epoch: 0,
    set: "validation",
    counts: [[0, 1, 1], [1, 1, 3], [1, 0, 1], [0, 0, 1]],
  }]);
  assert.deepEqual(alarms.map(({ warning }) => warning), ["layer is silent"]);
  assert.equal(problem, "the loss is NaN");
});

Deno.test("RunStatus writes nothing before a batch is done", async () => {
  await using folder = await temporaryFolder();
  await statusIn(folder.path).end("failed", "there is no such file");
  assert.deepEqual([...Deno.readDirSync(folder.path)], []);
});

Deno.test("RunStatus does not end a run if it cannot write", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "file");
  await Deno.writeTextFile(file, "");
  const status = statusIn(join(file, "run"));
  status.addRecords([record(0, 1, 1)], state("training", 3));
  await status.end("ended");
  assert.equal(await Deno.readTextFile(file), "");
});
