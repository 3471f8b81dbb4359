import assert from "node:assert/strict";
import { join } from "node:path";
import { parseCheckpoint } from "../../../../scripts/run/checkpoint.ts";
import { readWeights } from "../../../../scripts/run/weights_file.ts";
import { gpuTest } from "../../../fixtures/gpu.ts";
import { runTask } from "../../../fixtures/run_task.ts";
import { temporaryFolder } from "../../../fixtures/temporary_folder.ts";
import { recordingText } from "../../../dataset/layouts/recordings.ts";
import { outcomeOf, startTraining } from "../../run/resume_runs.ts";
import { readResults, train } from "../train_runs.ts";

/** Delays of all kinds, dropout, a learned response and rounded weights. */
const DELAYS = `simulation: { Ts: 10, tSample: 400, nSample: 2 }
neuron:
  type: SRMALPHA
  tauSr: 20
  tauRef: 20
  scaleRef: 2
  fullRefKernel: True
data: { path: data, test: 0.25 }
network:
  - pool: 2
    delay: { per: channel, max: 100, rate: 10 }
  - dense: { out: 20, weightScale: 100 }
    dropout: 0.2
    delay: { max: 62, rate: 20 }
  - dense: { out: 10, weightScale: 50 }
    neuron: { tauSr: 20, response: learned, filters: 2, taps: 8 }
    delay: 20
  - dense: classes
    quantize: 0.125
training:
  epochs: 3
  clip: 50
  lr: 0.05
  ema: 0.9
  checkpoint: { batches: 1 }
  error: { tgtSpikeCount: { true: 15, false: 3 } }
`;

/** Neurons of Loihi, and layers that make more pixels of fewer. */
const LOIHI = `simulation: { Ts: 10, tSample: 400, nSample: 4 }
neuron: { type: LOIHI, vThMant: 20 }
data: { path: data, test: 0.25 }
network:
  - { pool: 4 }
  - { convTranspose: { out: 4, kernel: 2, stride: 2 } }
  - { unpool: 2, delay: 10 }
  - { dense: { out: classes, weightScale: 100 } }
training:
  epochs: 2
  lr: 1
  error: { tgtSpikeCount: { true: 15, false: 3 } }
`;

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);
const inFolder = (...names: string[]) => join(folder.path, ...names);
const argsFor = (out: string, configuration = "delays") => [
  ...["--config", inFolder(`${configuration}.yaml`), "--out", inFolder(out)],
];

await Deno.writeTextFile(inFolder("delays.yaml"), DELAYS);
await Deno.writeTextFile(inFolder("loihi.yaml"), LOIHI);
for (const [label, x] of [["left", 2], ["right", 7]] as const) {
  await Deno.mkdir(inFolder("data", label), { recursive: true });
  for (let n = 0; n < 8; n++) {
    await Deno.writeTextFile(
      inFolder("data", label, `${n}.csv`),
      recordingText({ events: 41 + n, everyMs: 10 + n, x: x + n % 2 }),
    );
  }
}

/** Asserts that a test of the saved weights has the loss of the best epoch. */
async function isEvaluated(run: string): Promise<void> {
  const { metrics, summary } = await readResults(run);
  const evaluated = await runTask("evaluate", ["--run", run, "--json"]);
  assert.equal(evaluated.code, 0, evaluated.stderr);
  const [{ loss }] = JSON.parse(evaluated.stdout).folds;
  assert.equal(loss, metrics[summary.folds[0].bestEpoch].testLoss);
}

gpuTest("Loihi's neurons are trained and evaluated", async () => {
  await train("train-test-only", ...argsFor("loihi", "loihi"));
  const run = inFolder("loihi");
  const { metrics } = await readResults(run);
  for (const { rates } of metrics) {
    assert.equal(rates.length, 4);
    assert(rates.every((rate) => rate > 0), `${rates}`);
  }
  await isEvaluated(run);
});

gpuTest(
  "delays are trained, saved, evaluated and resumed, bit by bit",
  async () => {
    await train("train-test-only", ...argsFor("whole"));
    const run = inFolder("whole");
    const weights = await readWeights(
      join(run, "model_weights_fold1.safetensors"),
    );
    assert.deepEqual(Object.keys(weights).sort(), [
      ...["fc1.delay", "fc1.weight", "fc2.response", "fc2.weight"],
      ...["fc3.weight", "pool1.delay"],
    ]);
    for (
      const [name, most] of [["fc1.delay", 62], ["pool1.delay", 100]] as const
    ) {
      const { data } = weights[name];
      assert(data.every((delay) => delay >= 0 && delay <= most), name);
    }
    // They start below 1 ms.
    assert(weights["fc1.delay"].data.some((delay) => delay > 1));
    await isEvaluated(run);

    const args = argsFor("killed");
    const checkpoint = inFolder("killed", "checkpoint_fold1.safetensors");
    const { process, output } = await startTraining("train-test-only", args);
    const batches = async () => {
      try {
        const { checkpoint: { position } } = parseCheckpoint(
          await Deno.readFile(checkpoint),
        );
        return position.batches;
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return 0;
        throw error;
      }
    };
    while (await batches() === 0) await new Promise((go) => setTimeout(go, 2));
    process.kill("SIGKILL");
    await process.status;
    await output();
    await train("train-test-only", ...args, "--resume");
    assert.deepEqual(
      await outcomeOf(inFolder("killed")),
      await outcomeOf(run),
    );
  },
);
