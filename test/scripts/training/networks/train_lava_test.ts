import assert from "node:assert/strict";
import { join } from "node:path";
import { readWeights } from "../../../../scripts/run/weights_file.ts";
import { recordingText } from "../../../dataset/layouts/recordings.ts";
import { gpuTest } from "../../../fixtures/gpu.ts";
import { runTask } from "../../../fixtures/run_task.ts";
import { temporaryFolder } from "../../../fixtures/temporary_folder.ts";
import { readResults, train } from "../train_runs.ts";

/** A network of the neurons, norms, layers and the loss that lava-dl has. */
const CONFIGURATION = `simulation: { Ts: 34, tSample: 816, nSample: 4 }
neuron: { type: FIXED_CUBA, vThMant: 1 }
data: { path: data, test: 0.25 }
network:
  - conv: { out: 4, kernel: 3, padding: 1, weightNorm: True }
    norm: mean
    neuron: { type: RF, threshold: 0.02, period: 5, decays: learned }
  - { pool: { max: 2 } }
  - dense: 6
    neuron: { type: ADRF, threshold: 0.01, period: 4.5, decays: learned }
  - { dense: 6, neuron: { type: FIXED_RF, vThMant: 1 } }
  - dense: 6
    neuron: { type: SDNN, threshold: 0.01, step: 0.001, cumError: True }
    delay: 34
  - dense: 6
    recurrent: True
    neuron: { type: FIXED_ALIF, vThMant: 1 }
    delay: { per: channel, max: 200, rate: 100 }
  - { dense: 8, norm: scale }
  - { average: classes }
training:
  epochs: 2
  binning_mode: SUM
  lr: 0.01
  error:
    type: SpikeRate
    tgtSpikeRate: { true: 0.4 }
`;

gpuTest("a network of lava-dl's neurons is trained and evaluated", async () => {
  await using folder = await temporaryFolder();
  const inFolder = (...names: string[]) => join(folder.path, ...names);
  for (const [label, x] of [["left", 2], ["right", 7]] as const) {
    await Deno.mkdir(inFolder("data", label), { recursive: true });
    for (let n = 0; n < 4; n++) {
      await Deno.writeTextFile(
        inFolder("data", label, `${n}.csv`),
        recordingText({ events: 81 + n, everyMs: 10 + n, x: x + n % 2 }),
      );
    }
  }
  await Deno.writeTextFile(inFolder("network.yaml"), CONFIGURATION);
  const run = inFolder("run");
  const config = ["--config", inFolder("network.yaml"), "--out", run];
  await train("train-test-only", ...config);
  const { metrics } = await readResults(run);
  for (const { rates, gradientNorms } of metrics) {
    assert(rates.every((rate) => rate > 0), `${rates}`);
    assert(Object.values(gradientNorms!).every((norm) => norm > 0));
  }
  const weights = await readWeights(
    join(run, "model_weights_fold1.safetensors"),
  );
  const arrays = Object.keys(weights);
  assert.deepEqual(arrays.filter((name) => name.startsWith("conv1")).sort(), [
    "conv1.neuron.w",
    "conv1.norm.mean",
    "conv1.stretch",
    "conv1.weight",
  ]);
  assert.deepEqual(weights["fc1.neuron.w"].shape, [4]);
  // 4/period = 1 / (1 + exp(−w)) is no longer 4/5.
  const [, angle] = weights["conv1.neuron.w"].data;
  assert(Math.abs(1 + Math.exp(-angle) - 1.25) > 1e-3, `${angle}`);
  assert(weights["conv1.stretch"].data.every((value) => Math.abs(value) !== 1));
  assert.deepEqual(arrays.filter((name) => /^fc[45]\./.test(name)).sort(), [
    ...["fc4.bias", "fc4.delay", "fc4.recurrent", "fc4.weight"],
    ...["fc5.norm.mean", "fc5.norm.var", "fc5.weight"],
  ]);
  const { code, stdout, stderr } = await runTask("evaluate", [
    ...["--run", run, "--json"],
  ]);
  assert.equal(code, 0, stderr);
  assert.equal(JSON.parse(stdout).folds.length, 1);
});
