import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseConfiguration } from "../../../scripts/configuration/configuration.ts";
import {
  formatCheckpoint,
  parseCheckpoint,
} from "../../../scripts/run/checkpoint.ts";
import { findEarlierRun } from "../../../scripts/run/earlier_run.ts";
import { EventFile } from "../../../scripts/run/tensorboard/event_file.ts";
import type { RunState } from "../../../scripts/run/status.ts";
import { Results } from "../../../scripts/run/writer.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { runTask } from "../../fixtures/run_task.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import { outcomeOf, startTraining } from "./resume_runs.ts";
import { prepareSigns, readResults, train } from "../training/train_runs.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);

let prepared: Promise<string> | undefined;
async function argsFor(out: string, ...set: string[]): Promise<string[]> {
  const config = await (prepared ??= prepareSigns(folder.path));
  return [
    ...["--config", config, "--out", join(folder.path, out), "--folds", "1"],
    ...set.flatMap((value) => ["--set", value]),
  ];
}

/** Checks that a training program is refused with one line. */
async function refused(problem: RegExp, args: string[], task = "train") {
  const { code, stdout, stderr } = await runTask(task, args);
  assert.match(stderr, problem);
  assert.match(stderr, /^error: [^\n]+[^.\n]\n$/);
  assert.deepEqual([code, stdout], [1, ""]);
}

Deno.test("Results names what it cannot read of an earlier run", async () => {
  await using folder = await temporaryFolder();
  const configuration = parseConfiguration("{}", "network.yaml");
  const results = new Results(folder.path, configuration);
  const metrics = join(folder.path, "metrics.jsonl");
  await Deno.mkdir(metrics);
  const message = `Cannot read "${metrics}": it is a folder`;
  await assert.rejects(findEarlierRun(folder.path), { message });
  await assert.rejects(results.resume(new Map()), { message });
  await Deno.remove(metrics);
  const logs = join(folder.path, "logs");
  await Deno.writeTextFile(logs, "");
  await assert.rejects(results.begin(), {
    message: `Cannot read "${logs}": a part of it is a file, not a folder`,
  });
});

Deno.test("a run starts in no folder with files that no run wrote", async () => {
  await using folder = await temporaryFolder();
  const inFolder = (name: string) => join(folder.path, name);
  const events = join("logs", "fold1", "events.out.tfevents.1");
  const strange: [name: string, texts: string[]][] = [
    [
      "config.yaml",
      [
        "training: {lr: 0.1} # mine\n",
        "training: {rate: 0.1}\n",
        "[",
        "letters\n",
      ],
    ],
    [
      "metrics.jsonl",
      [
        '{"fold":1,"epoch":0,"seconds":1,"trainLoss":1,"trainAccuracy":0,' +
        '"rates":[]}\n',
      ],
    ],
    ["model_weights_fold3.safetensors", ["mine"]],
    ["status.json", ["{}", "[1]", "letters", ""]],
    [`${events}.slayer`, ["mine"]],
    [`${events}.host.42.0`, ["mine"]],
  ];
  const refusals = (names: string) => ({
    message: `Cannot start in "${folder.path}": it holds ${names}, which no ` +
      "run wrote; choose another folder with --out DIR",
  });
  await Deno.mkdir(inFolder(join("logs", "fold1")), { recursive: true });
  assert.equal(await findEarlierRun(folder.path), "none");
  for (const [name, texts] of strange) {
    for (const text of texts) {
      await Deno.writeTextFile(inFolder(name), text);
      await assert.rejects(findEarlierRun(folder.path), refusals(name));
    }
    await Deno.remove(inFolder(name));
  }
  const mine = ["model_weights_fold1.safetensors", "status.json"];
  for (const name of mine) await Deno.writeTextFile(inFolder(name), "mine");
  await assert.rejects(findEarlierRun(folder.path), refusals(mine.join(", ")));
});

/** A run's status after its first epoch. */
const STATE: RunState = {
  program: "train",
  adapter: { name: "some GPU", software: false },
  folds: [1],
  epochs: 1,
  resume: "deno task train --resume",
  state: "training",
  time: 0,
  seconds: 1,
  begun: true,
  classes: ["cat"],
  layers: ["fc1"],
  pass: {
    fold: 1,
    epoch: 0,
    set: "training",
    total: 1,
    samples: 1,
    loss: 1,
    accuracy: 0,
    samplesPerSecond: 1,
    deviceShare: 0,
    dataShare: 0,
  },
  confusions: [],
  alarms: [],
};

Deno.test("a run stopped before its first checkpoint is replaced, and nothing else", async () => {
  await using folder = await temporaryFolder();
  const configuration = parseConfiguration("training: {lr: 0.1}", "a.yaml");
  const begin = async () => {
    const results = new Results(folder.path, configuration);
    await results.begin();
    return results;
  };
  const data = Float32Array.of(1);
  const row = { fold: 1, epoch: 0, seconds: 1, trainLoss: 1, rates: [] };
  const results = await begin();
  await results.saveWeights(1, { "fc1.weight": { shape: [1], data } }, {});
  await results.addEpoch({ ...row, trainAccuracy: 0 });
  const logs = join(folder.path, "logs");
  const file = new EventFile(logs, 1);
  await file.append([{ time: 1, step: 0, tag: "loss", value: 2 }]);
  const status = join(folder.path, "status.json");
  await Deno.writeTextFile(status, JSON.stringify(STATE));
  const notes = join(folder.path, "notes.txt");
  await Deno.writeTextFile(notes, "mine");
  assert.equal(await findEarlierRun(folder.path), "none");
  const other = join(logs, "fold1", "events.out.tfevents.1.host.42.0");
  await Deno.writeTextFile(other, "mine");
  await assert.rejects(findEarlierRun(folder.path), /it holds logs\/fold1\//);
  await begin();
  assert(!existsSync(file.path));
  for (const path of [notes, other]) {
    assert.equal(await Deno.readTextFile(path), "mine");
  }
  const metrics = join(folder.path, "metrics.jsonl");
  await Deno.writeTextFile(metrics, "letters\n");
  await assert.rejects(findEarlierRun(folder.path), {
    message: `Cannot read "${metrics}" line 1: it is not JSON`,
  });
});

gpuTest("training replaces nothing, and writes through no link", async () => {
  const args = await argsFor("others");
  const out = join(folder.path, "others");
  await Deno.mkdir(out);
  const weights = join(out, "model_weights_fold1.safetensors");
  await Deno.writeTextFile(weights, "mine");
  for (const more of [[], ["--resume"]]) {
    await refused(
      /others": it holds model_weights_fold1.safetensors, which no run wrote/,
      [...args, ...more],
    );
  }
  assert.equal(await Deno.readTextFile(weights), "mine");
  await Deno.remove(weights);
  const victims = join(folder.path, "victims");
  await Deno.mkdir(victims);
  const logs = join(out, "logs");
  await Deno.symlink(victims, logs);
  for (const more of [[], ["--resume"]]) {
    await refused(
      /others\/logs": it is a link, which may lead out of its folder$/m,
      [...args, ...more],
    );
  }
  await Deno.remove(logs);
  const victim = join(victims, "victim");
  const planted = [
    ...["config.yaml", "metrics.jsonl", "status.json", "summary.json"],
    ...["checkpoint_fold1.safetensors", "model_weights_fold1.safetensors"],
  ];
  for (const name of planted) {
    await Deno.symlink(victim, join(out, `${name}.new`));
  }
  const killed = `config.yaml.${crypto.randomUUID()}.new`;
  await Deno.writeTextFile(join(out, killed), "half");
  await train("train", ...args);
  assert.deepEqual([...Deno.readDirSync(victims)], []);
  assert(!existsSync(join(out, killed)));
});

gpuTest(
  "a folder has one run at a time, even after one was killed",
  async () => {
    const args = await argsFor("shared", "training.epochs=1000");
    const first = await startTraining("train", args);
    await first.printed("fold 1 epoch 0");
    for (const resume of [[], ["--resume"]]) {
      await refused(
        /in ".+shared": another run is under way there; choose another folder with --out DIR$/m,
        [...args, ...resume],
      );
    }
    first.process.kill("SIGKILL");
    await first.process.status;
    const second = await startTraining("train", [...args, "--resume"]);
    await second.printed("fold 1 epoch");
    second.process.kill("SIGINT");
    assert.equal(
      (await second.process.status).code,
      130,
      await second.output(),
    );
  },
);

gpuTest(
  "a run stopped within its first epoch is not started over",
  async () => {
    const set = ["training.checkpoint.batches=1", "training.epochs=5"];
    const args = await argsFor("early", ...set);
    const out = join(folder.path, "early");
    const run = await startTraining("train", args);
    const checkpoint = join(out, "checkpoint_fold1.safetensors");
    while (!existsSync(checkpoint)) {
      await new Promise((go) => setTimeout(go, 5));
    }
    run.process.kill("SIGINT");
    assert.equal((await run.process.status).code, 130, await run.output());
    const metrics = join(out, "metrics.jsonl");
    assert.equal(await Deno.readTextFile(metrics), "");

    const started =
      /in ".+early": it holds a run that has not ended; continue it with --resume, /;
    await refused(started, args);
    await Deno.remove(metrics);
    await refused(started, args);
    await train("train", ...args, "--resume");

    // A second fold without any files makes the run one that has not ended.
    const more = args.with(args.indexOf("--folds") + 1, "1,2");
    const second = await startTraining("train", [...more, "--resume"]);
    await second.printed("fold 2 epoch 0");
    second.process.kill("SIGKILL");
    await second.process.status;
    await refused(started, more);
  },
);

gpuTest("--resume warns if it continues on another adapter", async () => {
  const args = await argsFor("elsewhere");
  await train("train", ...args);
  const again = await runTask("train", [...args, "--resume"]);
  assert.deepEqual([again.code, again.stderr], [0, ""]);
  const path = join(folder.path, "elsewhere", "checkpoint_fold1.safetensors");
  const { checkpoint, identity } = parseCheckpoint(await Deno.readFile(path));
  assert.equal(checkpoint.adapter, device().adapter.name);
  const moved = { ...checkpoint, adapter: "NVIDIA H200" };
  await Deno.writeFile(path, formatCheckpoint(moved, identity));
  const { code, stderr } = await runTask("train", [...args, "--resume"]);
  assert.match(
    stderr,
    /^warning: a checkpoint was trained on "NVIDIA H200": results on ".+" may differ in the last bits\n$/,
  );
  assert.equal(code, 0);
});

gpuTest("a fold whose broken checkpoint is removed starts anew", async () => {
  const args = await argsFor("whole");
  const both = args.with(args.indexOf("--folds") + 1, "1,2");
  await train("train", ...both);
  const out = join(folder.path, "whole");
  const { rows, ...outcome } = await outcomeOf(out);
  const broken = join(out, "checkpoint_fold1.safetensors");
  await Deno.truncate(broken, 100);
  await refused(
    /; delete checkpoint_fold1.safetensors to start that fold anew$/m,
    [...both, "--resume"],
  );
  await Deno.remove(broken);
  const said = await train("train", ...both, "--resume");
  assert.deepEqual(said.match(/^fold . epoch ./gm), [
    ...["fold 1 epoch 0", "fold 1 epoch 1"],
  ]);
  const { rows: moved, ...again } = await outcomeOf(out);
  assert.deepEqual(again, outcome);
  assert.deepEqual(moved, [...rows.slice(2), ...rows.slice(0, 2)]);
});

gpuTest(
  "--resume needs nothing but the checkpoint and the metrics",
  async () => {
    const args = await argsFor(
      "bare",
      "training.lr=1e-20",
      "training.epochs=9",
    );
    const run = await startTraining("train", args);
    await run.printed("fold 1 epoch 1");
    run.process.kill("SIGINT");
    assert.equal((await run.process.status).code, 130, await run.output());
    const out = join(folder.path, "bare");
    const kept = ["checkpoint_fold1.safetensors", "metrics.jsonl"];
    for await (const { name } of Deno.readDir(out)) {
      if (kept.includes(name)) continue;
      await Deno.remove(join(out, name), { recursive: true });
    }
    await train("train", ...args, "--resume");
    const { summary } = await readResults(out);
    const [{ bestEpoch, testLoss }] = summary.folds;
    assert.equal(bestEpoch, 0);
    const evaluated = await runTask("evaluate", ["--run", out, "--json"]);
    const { loss } = JSON.parse(evaluated.stdout);
    assert(Math.abs(loss.mean - testLoss) < 1e-9);
  },
);

gpuTest(
  "the results of a run are not replaced; --resume adds folds",
  async () => {
    const args = await argsFor("of_train", "training.epochs=1");
    const withFolds = (folds: string) => args.with(5, folds);
    const out = join(folder.path, "of_train");
    await train("train", ...args);
    const before = await outcomeOf(out);
    const there =
      /of_train": it holds the results of "deno task train"; add folds to them with --resume, or choose another folder with --out DIR$/m;
    await refused(there, args);
    await refused(there, withFolds("2"));
    await refused(there, args, "train-test-only");
    await refused(
      /its program is train, expected train-test-only; choose another folder /,
      [...withFolds("2"), "--resume"],
      "train-test-only",
    );
    assert.deepEqual(await outcomeOf(out), before);

    const said = await train("train", ...withFolds("2"), "--resume");
    assert.deepEqual(said.match(/^fold . epoch ./gm), ["fold 2 epoch 0"]);
    assert.match(said, /^fold 1: .+\nfold 2: .+\nvalidation loss /m);
    const both = await argsFor("both", "training.epochs=1");
    await train("train", ...both.with(5, "1,2"));
    assert.deepEqual(
      await outcomeOf(out),
      await outcomeOf(join(folder.path, "both")),
    );
  },
);
