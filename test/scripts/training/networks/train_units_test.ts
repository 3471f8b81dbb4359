import assert from "node:assert/strict";
import { join } from "node:path";
import { parseCheckpoint } from "../../../../scripts/run/checkpoint.ts";
import { readWeights } from "../../../../scripts/run/weights_file.ts";
import { openModel } from "../../../../scripts/experiment/evaluate_fold.ts";
import { traceSample } from "../../../../scripts/experiment/trace_sample.ts";
import { foldsOf, readRun } from "../../../../scripts/run/reader.ts";
import { device, gpuTest } from "../../../fixtures/gpu.ts";
import { runTask } from "../../../fixtures/run_task.ts";
import { temporaryFolder } from "../../../fixtures/temporary_folder.ts";
import { recordingText } from "../../../dataset/layouts/recordings.ts";
import { outcomeOf, startTraining } from "../../run/resume_runs.ts";
import { readEvents } from "../../run/tensorboard/read_events.ts";
import { readResults, train } from "../train_runs.ts";

/** A network with all that SLAYER's have not, small enough for a test. */
const CONFIGURATION = `input: { slices: 6, most: 3 }
simulation: { nSample: 2 }
neuron: { type: LIF, threshold: 0.3 }
data: { path: data, test: 0.25 }
network:
  - { conv: { out: 4, kernel: 3, padding: 1 }, norm: batch }
  - { residual: [{ conv: { out: 4, kernel: 3, padding: 1 }, norm: batch }] }
  - { pool: { max: 2 } }
  - { dropout: 0.2 }
  - { dense: 5, neuron: { type: LIF, threshold: 0.1 } }
  - { dense: classes, neuron: none }
training:
  epochs: 3
  shuffle: True
  binning_mode: SUM
  optimizer: ADAMW
  lr: 0.01
  ema: 0.9
  checkpoint: { batches: 1 }
  augmentation: { shift: 1, drop: 0.2, mix: 0.5 }
  error: { type: CrossEntropy, smoothing: 0.1 }
`;

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);
const inFolder = (...names: string[]) => join(folder.path, ...names);

let whole: Promise<string> | undefined;

/** Trains a network without a stop. */
async function runWhole(): Promise<string> {
  for (const [label, x] of [["left", 2], ["right", 7]] as const) {
    await Deno.mkdir(inFolder("data", label), { recursive: true });
    for (let n = 0; n < 8; n++) {
      await Deno.writeTextFile(
        inFolder("data", label, `${n}.csv`),
        recordingText({ events: 41 + n, everyMs: 10 + n, x: x + n % 2 }),
      );
    }
  }
  await Deno.writeTextFile(inFolder("network.yaml"), CONFIGURATION);
  await train("train-test-only", ...argsFor("whole"));
  return inFolder("whole");
}

const wholeRun = () => whole ??= runWhole();
const argsFor = (out: string) => [
  ...["--config", inFolder("network.yaml"), "--out", inFolder(out)],
];

gpuTest("a network of units is trained, logged and evaluated", async () => {
  const run = await wholeRun();
  const { configuration, metrics, summary } = await readResults(run);
  assert.equal(configuration.input!.slices, 6);
  const status = JSON.parse(await Deno.readTextFile(join(run, "status.json")));
  assert.deepEqual(status.layers, ["conv1", "conv2", "fc1", "fc2"]);
  // A readout without neurons is no silent layer.
  const warnings: { warning: string }[] = status.alarms;
  assert(!warnings.some(({ warning }) => warning.includes("fc2")));
  for (const row of metrics) {
    const { rates, silent, saturated, gradientNorms, updateNorms } = row;
    assert.deepEqual(
      [rates, silent!, saturated!].map(({ length }) => length),
      [3, 3, 3],
    );
    assert(rates.every((rate) => rate > 0), `${rates}`);
    for (const norms of [gradientNorms!, updateNorms!]) {
      assert.deepEqual(Object.keys(norms), status.layers);
      assert(Object.values(norms).every((norm) => norm > 0));
    }
  }
  const weights = await readWeights(
    join(run, "model_weights_fold1.safetensors"),
  );
  const names = [
    ...["conv1", "conv2"].flatMap((name) =>
      ["weight", "norm.weight", "norm.bias", "norm.mean", "norm.var"]
        .map((array) => `${name}.${array}`)
    ),
    ...["fc1", "fc2"].flatMap((name) => [`${name}.weight`, `${name}.bias`]),
  ].sort();
  assert.deepEqual(Object.keys(weights).sort(), names);
  const logs = join(run, "logs", "fold1");
  const [{ name }] = await Array.fromAsync(Deno.readDir(logs));
  const { events } = readEvents(await Deno.readFile(join(logs, name)));
  const tags = new Set(events.map(({ tag }) => tag));
  assert(names.every((name) => tags.has(name)));
  assert(tags.has("Firing Rate/fc1") && !tags.has("Firing Rate/fc2"));
  assert(tags.has("Gradient Norm/fc2") && !tags.has("Gradient Norm/fc2.bias"));

  const evaluated = await runTask("evaluate", ["--run", run, "--json"]);
  assert.equal(evaluated.code, 0, evaluated.stderr);
  const [{ loss, accuracy }] = JSON.parse(evaluated.stdout).folds;
  const [{ bestEpoch, testAccuracy }] = summary.folds;
  // Saved weights are the averages that the epoch was tested with.
  assert.equal(loss, metrics[bestEpoch].testLoss);
  assert.equal(accuracy, testAccuracy);
});

gpuTest("a network of units resumes within an epoch, bit by bit", async () => {
  const run = await wholeRun();
  const args = argsFor("killed");
  const checkpoint = inFolder("killed", "checkpoint_fold1.safetensors");
  const { process, output } = await startTraining("train-test-only", args);
  const written = async () => {
    try {
      const { checkpoint: { position, state } } = parseCheckpoint(
        await Deno.readFile(checkpoint),
      );
      return { batches: position.batches, averages: state?.averages };
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  };
  const isWithin = async () => {
    const found = await written();
    return found !== undefined && found.batches > 0 && found.batches < 6;
  };
  while (!await isWithin()) await new Promise((done) => setTimeout(done, 2));
  process.kill("SIGKILL");
  await process.status;
  await output();
  const found = await written();
  assert(found!.averages, "the checkpoint has no averages");
  await train("train-test-only", ...args, "--resume");
  assert.deepEqual(
    await outcomeOf(inFolder("killed")),
    await outcomeOf(run),
  );
});

gpuTest("a sample is traced in slices of its own duration", async () => {
  const run = await readRun(await wholeRun());
  const { configuration } = run;
  const [fold] = await foldsOf(run);
  const weights = run.weights.get(1)!;
  using model = await openModel(device(), fold, { configuration, weights });
  const [sample] = fold.test.indices;
  const { Ts, output, neurons } = await traceSample(model, fold, {
    sample,
    neurons: [],
    configuration,
  });
  const { t } = await fold.test.source.events(sample);
  const duration = (t[t.length - 1] - t[0] + 1) / 1000;
  assert(Math.abs(6 * Ts - duration) < 1e-6, `${Ts} ${duration}`);
  assert.equal(output.duration, 6 * Ts);
  assert.deepEqual(output.times, [[], []]);
  const last = output.logits!.map((means) => means[5]);
  assert.equal(output.prediction, last.indexOf(Math.max(...last)));
  assert.deepEqual(
    neurons.map(({ name, theta }) => [name.split(",")[0], theta]),
    [["conv1", 0.3], ["conv2", 0.3], ["fc1", 0.1]],
  );
  await assert.rejects(
    traceSample(model, fold, {
      sample,
      neurons: [{ layer: "fc2", neuron: 0 }],
      configuration,
    }),
    /^RangeError: .+ "fc2:0": the layers with neurons are conv1, conv2, fc1$/,
  );
});
