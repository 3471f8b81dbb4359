import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Model } from "../../../engine/model.ts";
import { formatSafetensors } from "../../../engine/network/safetensors.ts";
import { readConfigurationFile } from "../../../scripts/configuration/configuration_file.ts";
import { FoldLog } from "../../../scripts/training/fold_log.ts";
import { RunStatus } from "../../../scripts/run/status.ts";
import { normsOf } from "../../../scripts/training/norms.ts";
import { Results } from "../../../scripts/run/writer.ts";
import { spreadOf } from "../../../scripts/run/files.ts";
import { readWeights } from "../../../scripts/run/weights_file.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { runTask } from "../../fixtures/run_task.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import { type EventLog, readEvents } from "../run/tensorboard/read_events.ts";
import { prepareSigns, readResults, train } from "./train_runs.ts";
import { ROOT } from "../../fixtures/source_files.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);
const inFolder = (...names: string[]) => join(folder.path, ...names);

/** Folds 1 and 2, two epochs each, trained once. */
let first: Promise<string> | undefined;
function firstRun(): Promise<string> {
  return first ??= prepareSigns(folder.path).then(async (config) => {
    await train("train", "--config", config, "--folds", "1,2");
    return config;
  });
}

/** Reads the one event file of a fold. */
async function readLog(out: string, fold: number): Promise<EventLog> {
  const path = inFolder(out, "logs", `fold${fold}`);
  const [{ name }, ...others] = await Array.fromAsync(Deno.readDir(path));
  assert.deepEqual(others, []);
  return readEvents(await Deno.readFile(join(path, name)));
}

/** Steps and values of a tag. */
function curve({ events }: EventLog, wanted: string) {
  return events.filter(({ tag }) => tag === wanted)
    .map(({ step, value }) => [step, value]);
}

const float = Math.fround;

gpuTest("train logs its epochs for TensorBoard, fold by fold", async () => {
  await firstRun();
  const { metrics, summary } = await readResults(inFolder("first"));
  for (const { fold, testLoss, testAccuracy, bestEpoch } of summary.folds) {
    const log = await readLog("first", fold);
    const rows = metrics.filter((row) => row.fold === fold);
    const curves: [tag: string, value: (row: typeof rows[0]) => number][] = [
      ["Train Accuracy /epoch", (row) => 100 * row.trainAccuracy],
      ["Val. Loss /epoch", (row) => row.valLoss!],
      ["Val. Accuracy /epoch", (row) => 100 * row.valAccuracy!],
      ["Learning Rate /epoch", () => 0.01],
      ["Firing Rate/pool1", (row) => row.rates[0]],
      ["Firing Rate/fc1", (row) => row.rates[1]],
      ["Silent Neurons/pool1", (row) => row.silent![0]],
      ["Saturated Neurons/fc1", (row) => row.saturated![1]],
      ["Gradient Norm/fc1", (row) => row.gradientNorms!.fc1],
      ["Update Norm/fc1", (row) => row.updateNorms!.fc1],
    ];
    for (const [tag, value] of curves) {
      const expected = rows.map((row) => [row.epoch, float(value(row))]);
      assert.deepEqual(curve(log, tag), expected, tag);
    }
    assert.deepEqual(curve(log, "Test Loss"), [[bestEpoch, float(testLoss)]]);
    const accuracy = float(100 * testAccuracy);
    assert.deepEqual(curve(log, "Test Accuracy"), [[bestEpoch, accuracy]]);
    assert.deepEqual([...new Set(log.events.map(({ tag }) => tag))].sort(), [
      ...["Firing Rate/fc1", "Firing Rate/pool1", "Gradient Norm/fc1"],
      ...["Learning Rate /epoch", "Saturated Neurons/fc1"],
      ...["Saturated Neurons/pool1", "Silent Neurons/fc1"],
      ...["Silent Neurons/pool1", "Test Accuracy", "Test Loss"],
      ...["Train Accuracy /epoch", "Train Loss /batch_idx", "Update Norm/fc1"],
      ...["Val. Accuracy /epoch", "Val. Loss /epoch", "fc1.weight"],
    ]);
    assert(rows.every((row) => row.gradientNorms!.fc1 > 0));
    assert(log.events.every(({ time }) => Math.abs(time - log.begun) < 600));
  }
});

gpuTest("the loss of each batch is logged, over all epochs", async () => {
  await firstRun();
  const { metrics } = await readResults(inFolder("first"));
  const losses = curve(await readLog("first", 1), "Train Loss /batch_idx");
  // Two people's 38 signs, by eight.
  const sizes = [8, 8, 8, 8, 6];
  assert.deepEqual(losses.map(([step]) => step), [...Array(10).keys()]);
  for (const { epoch, trainLoss } of metrics.slice(0, 2)) {
    const sum = sizes.reduce(
      (sum, size, i) => sum + size * (losses[5 * epoch + i][1] as number),
      0,
    );
    assert(Math.abs(sum / 38 / trainLoss - 1) < 1e-6);
  }
});

gpuTest("a histogram an epoch holds every weight", async () => {
  await firstRun();
  const { summary: { folds: [{ bestEpoch }] } } = await readResults(
    inFolder("first"),
  );
  const histograms = curve(await readLog("first", 1), "fc1.weight");
  assert.deepEqual(histograms.map(([epoch]) => epoch), [0, 1]);
  const [, best] = histograms[bestEpoch];
  assert(typeof best === "object");
  const path = inFolder("first", "model_weights_fold1.safetensors");
  const data = [...(await readWeights(path))["fc1.weight"].data];
  assert.equal(best.count, data.length);
  assert.equal(best.counts.reduce((sum, count) => sum + count), data.length);
  assert.equal(best.min, Math.min(...data));
  assert.equal(best.max, Math.max(...data));
  const { mean, std } = spreadOf(data);
  assert(Math.abs(best.sum / data.length - mean) < 1e-9);
  const square = best.sumSquares / data.length;
  assert(Math.abs(square - (mean ** 2 + std ** 2)) < 1e-9);
});

gpuTest("a run takes the place of what a stopped one logged", async () => {
  const config = await firstRun();
  const out = inFolder("again");
  const shared = ["--config", config, "--out", out];
  await train("train", ...shared, "--folds", "1,3");
  // A run has logged by its first checkpoint, and before it come to nothing.
  await Deno.remove(join(out, "summary.json"));
  await Deno.writeTextFile(join(out, "metrics.jsonl"), "");
  for (const fold of [1, 3]) {
    await Deno.remove(join(out, `checkpoint_fold${fold}.safetensors`));
  }
  const set = ["--set", "training.epochs=3", "--folds", "1"];
  await train("train", ...shared, ...set);
  const log = await readLog("again", 1);
  const { metrics } = await readResults(out);
  assert.equal(metrics.length, 3);
  assert.deepEqual(
    curve(log, "Val. Accuracy /epoch"),
    metrics.map((row) => [row.epoch, float(100 * row.valAccuracy!)]),
  );
  assert.deepEqual([...Deno.readDirSync(join(out, "logs", "fold3"))], []);
});

gpuTest("a run that was killed leaves logs that can be read", async () => {
  const config = await firstRun();
  const out = inFolder("killed");
  const { pid, stdout, status } = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--allow-all", "scripts/tasks/train.ts", "--config", config],
      ...["--out", out, "--folds", "1", "--set", "training.epochs=1000"],
    ],
    cwd: ROOT,
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let said = "";
  for await (const text of stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (/epoch 3 {2}train/.test(said)) Deno.kill(pid, "SIGKILL");
  }
  assert.equal((await status).signal, "SIGKILL");
  const epochs = curve(await readLog("killed", 1), "Val. Loss /epoch");
  assert(epochs.length >= 4);
  assert.deepEqual(epochs.map(([epoch]) => epoch), [...epochs.keys()]);
});

gpuTest("silent and saturated layers are warned of once a fold", async () => {
  const config = await firstRun();
  const path = inFolder("first", "model_weights_fold1.safetensors");
  const { shape, data } = (await readWeights(path))["fc1.weight"];
  const warningsAt = async (weight: number) => {
    const weights = inFolder(`${weight}.safetensors`);
    const all = new Float32Array(data.length).fill(weight);
    const tensors = {
      "fc1.weight": { dtype: "F32", shape, data: all },
    } as const;
    await Deno.writeFile(weights, formatSafetensors(tensors));
    const { code, stderr } = await runTask("train", [
      ...["--config", config, "--out", inFolder(`warned_${weight}`)],
      ...["--folds", "1,2", "--weights", weights],
      ...["--set", "training.lr=1e-20"],
    ]);
    assert.equal(code, 0);
    return stderr.trimEnd().split("\n").map((line) => line.split(" (")[0]);
  };
  const warning = (fold: number, what: string) =>
    `warning: fold ${fold} epoch 0, layer "fc1" ${what}`;
  assert.deepEqual(await warningsAt(0), [
    ...[warning(1, "is silent"), warning(2, "is silent")],
  ]);
  assert.deepEqual(await warningsAt(1000), [
    ...[warning(1, "is saturated"), warning(1, "gets no gradient")],
    ...[warning(2, "is saturated"), warning(2, "gets no gradient")],
  ]);
});

gpuTest(
  "a run that cannot go on stops in one line, and leaves no results",
  async () => {
    const config = await firstRun();
    const { code, stdout, stderr } = await runTask("train", [
      ...["--config", config, "--folds", "1", "--set", "training.lr=1e38"],
      ...["--out", inFolder("unstable")],
    ]);
    assert.match(
      stderr,
      /^error: Cannot train fold 1 past epoch 0: the .+ finite; lower training.lr, which is 1e\+38\n$/,
    );
    assert.match(stdout, /^Training on .+\n$/);
    assert.equal(code, 1);
    const left = await Array.fromAsync(Deno.readDir(inFolder("unstable")));
    assert.deepEqual(
      left.map(({ name }) => name).sort(),
      [".lock", "status.json"],
    );
  },
);

gpuTest(
  "what is not finite ends a fold before anything is written of it",
  async () => {
    using model = await Model.create({
      device: device(),
      input: { C: 2, H: 3, W: 3 },
      layers: [{ dense: 2 }],
      neuron: {
        ...{ theta: 10, tauSr: 10, tauRef: 10, scaleRef: 20 },
        ...{ tauRho: 1, scaleRho: 1 },
      },
      ...{ Ts: 5, random: 1 },
    });
    const out = inFolder("not_finite");
    const results = new Results(
      out,
      await readConfigurationFile("scripts/network.yaml"),
    );
    const adapter = device().adapter;
    const status = new RunStatus(results, {
      ...{ program: "train", adapter, folds: [4], epochs: 2, resume: "" },
    }, () => 0);
    const chance = 0.1;
    const log = await FoldLog.begin(4, { model, results, status, chance });
    const train = {
      ...{ samples: 1, loss: 7, accuracy: 1, seconds: 1, rates: [0.1] },
    };
    const { "fc1.weight": { shape, data } } = await model.weights();
    model.setWeights({ "fc1.weight": { shape, data: data.map((w) => 2 * w) } });
    const { lr, updateNorms } = await log.measure({
      epoch: 0,
      train,
      lr: 0.01,
    });
    assert.equal(lr, 0.01);
    assert.deepEqual(updateNorms, normsOf({ "fc1.weight": { shape, data } }));
    await assert.rejects(
      log.measure({ epoch: 1, train: { ...train, loss: NaN }, lr: 0.01 }),
      {
        message: "Cannot train fold 4 past epoch 1: the loss is NaN; lower " +
          "training.lr, which is 0.01, the best weights so far are kept",
      },
    );
    const diverged = { shape, data: data.map(() => NaN) };
    model.weights = () => Promise.resolve({ "fc1.weight": diverged });
    await assert.rejects(
      log.measure({ epoch: 1, train, lr: 0.01 }),
      /the weights of layer "fc1" are not finite/,
    );
    assert(!existsSync(out));
  },
);

gpuTest(
  "a target out of reach is warned of, and ten epochs at chance",
  async () => {
    const config = await firstRun();
    const out = inFolder("out_of_reach");
    const { code, stderr } = await runTask("train", [
      ...["--config", config, "--out", out, "--folds", "1"],
      ...["--set", "neuron.scaleRef=1000", "--set", "training.lr=1e-20"],
      ...["--set", "training.epochs=10"],
    ]);
    assert.equal(code, 0, stderr);
    const { alarms } = JSON.parse(
      await Deno.readTextFile(join(out, "status.json")),
    );
    const shown = (problem: RegExp) => {
      assert.match(stderr, problem);
      return alarms.filter(({ warning }: { warning: string }) =>
        problem.test(`warning: ${warning}\n`) ||
        problem.test(`warning: fold 1 epoch 9, ${warning}\n`)
      ).map((
        { fold, epoch }: { fold: number; epoch: number },
      ) => [fold, epoch]);
    };
    const count =
      /^warning: training.error.tgtSpikeCount.true is 30, but .+\n/m;
    assert.deepEqual(shown(count), [[1, 0]]);
    const chance =
      /^warning: fold 1 epoch 9, training accuracy stays at chance /m;
    assert.deepEqual(shown(chance), [[1, 9]]);
  },
);
