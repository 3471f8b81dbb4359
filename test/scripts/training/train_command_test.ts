import assert from "node:assert/strict";
import { join } from "node:path";
import {
  formatSafetensors,
  parseSafetensors,
} from "../../../engine/network/safetensors.ts";
import { readConfigurationFile } from "../../../scripts/configuration/configuration_file.ts";
import { readWeights } from "../../../scripts/run/weights_file.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import { prepareSigns, readResults, train } from "./train_runs.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);
const inFolder = (...names: string[]) => join(folder.path, ...names);
const config = ["--config", inFolder("network.yaml")];
const set = (...values: string[]) => values.flatMap((v) => ["--set", v]);

/** Fields that differ between two equal runs. */
const withoutSeconds = <T extends { readonly seconds: number }>(row: T) => ({
  ...row,
  seconds: undefined,
});

/** The run that others are compared with: folds 1 and 2, two epochs. */
let first: Promise<string> | undefined;
function firstRun(): Promise<string> {
  return first ??= prepareSigns(folder.path)
    .then(() => train("train", ...config, "--folds", "1,2"));
}

gpuTest("train prints plain lines into a pipe", async () => {
  const lines = (await firstRun()).trimEnd().split("\n");
  assert.match(lines[0], /^Training on .+/);
  assert(lines.includes(`Results are in ${inFolder("first")}`));
  for (const fold of [1, 2]) {
    for (const epoch of [0, 1]) {
      const start = `fold ${fold} epoch ${epoch}  train loss `;
      assert(lines.some((line) => line.startsWith(start)), start);
    }
  }
  const odd = lines.filter((line) => !/^[ -~]+$/.test(line));
  assert.deepEqual(odd, []);
});

gpuTest("train leaves the configuration it ran with", async () => {
  await firstRun();
  const { configuration } = await readResults(inFolder("first"));
  assert.deepEqual(configuration, await readConfigurationFile(config[1]));
});

gpuTest(
  "train leaves a row an epoch, and the summary of its folds",
  async () => {
    await firstRun();
    const { metrics, summary } = await readResults(inFolder("first"));
    assert.deepEqual(
      metrics.map(({ fold, epoch }) => [fold, epoch]),
      [[1, 0], [1, 1], [2, 0], [2, 1]],
    );
    for (const row of metrics) {
      assert.deepEqual(Object.keys(row).sort(), [
        ...["epoch", "fc1.bytes", "fc1.nJ", "fc1.operations", "fc1.spikes"],
        ...["fold", "gradientNorms", "lr", "pool1.bytes", "pool1.nJ"],
        ...["pool1.operations", "pool1.spikes", "rates", "saturated"],
        ...["seconds", "silent", "trainAccuracy", "trainLoss", "updateNorms"],
        ...["valAccuracy", "valLoss"],
      ]);
      assert.equal(row.rates.length, 2);
      assert(row.rates.every((rate) => rate > 0 && rate < 1));
      for (const shares of [row.silent!, row.saturated!]) {
        assert.equal(shares.length, 2);
        assert(shares.every((share) => share >= 0 && share < 1));
      }
    }
    assert.deepEqual(Object.keys(summary), [
      ...["program", "adapter", "seconds", "folds", "valLoss", "valAccuracy"],
      ...["testLoss", "testAccuracy", "optimistic"],
    ]);
    assert.equal(summary.program, "train");
    assert.equal(summary.optimistic, false);
    assert.deepEqual(Object.keys(summary.adapter), ["name", "software"]);
    for (const [index, fold] of summary.folds.entries()) {
      assert.deepEqual(Object.keys(fold), [
        ...["fold", "epochs", "bestEpoch", "trainAccuracy", "valLoss"],
        ...["valAccuracy", "testLoss", "testAccuracy"],
      ]);
      const rows = metrics.filter((row) => row.fold === index + 1);
      const [best] = rows.toSorted((a, b) => a.valLoss! - b.valLoss!);
      const { testLoss, testAccuracy, ...others } = fold;
      assert.deepEqual(others, {
        ...{ fold: index + 1, epochs: 2, bestEpoch: best.epoch },
        trainAccuracy: best.trainAccuracy,
        valLoss: best.valLoss,
        valAccuracy: best.valAccuracy,
      });
      assert(testLoss > 0);
      assert(Number.isInteger(Math.round(testAccuracy * 19 * 1e9) / 1e9));
    }
    for (const key of ["valLoss", "valAccuracy", "testLoss"] as const) {
      const [a, b] = summary.folds.map((fold) => fold[key]!);
      const { mean, std } = summary[key]!;
      assert(Math.abs(mean - (a + b) / 2) < 1e-9);
      assert(Math.abs(std - Math.abs(a - b) / 2) < 1e-9);
    }
  },
);

gpuTest(
  "train gives the same again, from the configuration it left",
  async () => {
    await firstRun();
    const again = inFolder("again");
    const left = inFolder("first", "config.yaml");
    await train("train", "--config", left, "--out", again, "--folds", "1,2");
    const [a, b] = [
      await readResults(inFolder("first")),
      await readResults(again),
    ];
    assert.deepEqual(
      b.metrics.map(withoutSeconds),
      a.metrics.map(withoutSeconds),
    );
    assert.deepEqual(withoutSeconds(b.summary), withoutSeconds(a.summary));
    assert.equal(b.configuration.training.path.out, again);
    const weights: Uint8Array[] = [];
    for (const fold of [1, 2]) {
      const name = `model_weights_fold${fold}.safetensors`;
      const bytes = await Deno.readFile(inFolder("first", name));
      assert.deepEqual(await Deno.readFile(join(again, name)), bytes);
      weights.push(bytes);
    }
    assert.notDeepEqual(weights[0], weights[1]);
  },
);

gpuTest("train leaves weights that test as it said", async () => {
  await firstRun();
  const { summary } = await readResults(inFolder("first"));
  const path = inFolder("first", "model_weights_fold2.safetensors");
  const { tensors, metadata } = parseSafetensors(await Deno.readFile(path));
  assert.deepEqual([...tensors.keys()], ["fc1.weight"]);
  assert.deepEqual(tensors.get("fc1.weight")!.shape, [19, 2, 16, 16, 1]);
  assert.equal(metadata.epoch, String(summary.folds[1].bestEpoch));

  const out = inFolder("tested");
  await train(
    "train-test-only",
    ...[...config, "--out", out, "--folds", "2", "--weights", path],
    ...set("training.epochs=1", "training.optimizer=SGD", "training.lr=1e-30"),
  );
  const [tested] = (await readResults(out)).summary.folds;
  const { testLoss, testAccuracy } = summary.folds[1];
  assert.deepEqual([tested.testLoss, tested.testAccuracy], [
    ...[testLoss, testAccuracy],
  ]);
});

gpuTest("train-test-only reports the best figures of all epochs", async () => {
  await firstRun();
  const out = inFolder("test_only");
  await train(
    "train-test-only",
    ...[...config, "--out", out, "--folds", "3", "--set", "training.epochs=4"],
  );
  const { metrics, summary } = await readResults(out);
  assert.equal(summary.program, "train-test-only");
  assert.equal(summary.optimistic, true);
  assert.deepEqual([summary.valLoss, summary.valAccuracy], [null, null]);
  const accuracies = metrics.map((row) => row.testAccuracy!);
  const testAccuracy = Math.max(...accuracies);
  const bestEpoch = accuracies.indexOf(testAccuracy);
  assert.deepEqual(summary.folds, [{
    ...{ fold: 3, epochs: 4, bestEpoch },
    trainAccuracy: metrics[bestEpoch].trainAccuracy,
    ...{ valLoss: null, valAccuracy: null },
    testLoss: Math.min(...metrics.map((row) => row.testLoss!)),
    testAccuracy,
  }]);
  assert.deepEqual(summary.testAccuracy, { mean: testAccuracy, std: 0 });
});

gpuTest(
  "random crops are tested whole, against what testing wants",
  async () => {
    await firstRun();
    const first = inFolder("first", "model_weights_fold1.safetensors");
    const silent = Object.fromEntries(
      Object.entries(await readWeights(first)).map(
        ([name, { shape, data }]) => {
          const zeros = new Float32Array(data.length);
          return [name, { dtype: "F32" as const, shape, data: zeros }];
        },
      ),
    );
    const path = inFolder("silent.safetensors");
    await Deno.writeFile(path, formatSafetensors(silent));
    const out = inFolder("cropped");
    await train(
      "train-test-only",
      ...[...config, "--out", out, "--folds", "1", "--weights", path],
      ...set(
        "training.epochs=1",
        "training.optimizer=SGD",
        "training.lr=1e-30",
      ),
      ...set("training.random_crop=True", "simulation.tSample=500"),
      ...set("training.error.tgtSpikeCount.true=20"),
    );
    const [row] = (await readResults(out)).metrics;
    // Each of 19 neurons misses its spikes in 25 and in 100 bins of 20 ms.
    const missed = (right: number, wrong: number, bins: number) =>
      20 / 2 * (right ** 2 + 18 * wrong ** 2) / bins;
    assert(Math.abs(row.trainLoss - missed(20, 5, 25)) < 1e-3);
    assert(Math.abs(row.testLoss! - missed(40, 6, 100)) < 1e-3);
  },
);

gpuTest("every way to bin, crop and update trains in its own way", async () => {
  await firstRun();
  const ways = [
    ["SlayerTD", "OR", "False", "NADAM"],
    ["SlayerTD", "SUM", "True", "ADAM"],
    ["SlayerTD", "SUM_NORM", "False", "ADAM"],
    ["TonicFrames", "OR", "True", "ADAM"],
    ["TonicFrames", "SUM", "False", "SGD"],
    ["TonicFrames", "SUM_NORM", "True", "ADAM"],
  ];
  const losses: number[] = [];
  for (const [method, mode, crop, optimizer] of ways) {
    const out = inFolder(`${method}_${mode}_${crop}`);
    await train(
      "train",
      ...[...config, "--out", out, "--folds", "1"],
      ...set(`training.transf_method=${method}`, `training.shuffle=${crop}`),
      ...set(`training.binning_mode=${mode}`, `training.random_crop=${crop}`),
      ...set(`training.optimizer=${optimizer}`, "training.epochs=1"),
      ...set("network=[{pool: 8}, {conv: {out: 2, kernel: 3}}, {dense: 19}]"),
    );
    const { metrics, summary } = await readResults(out);
    assert.equal(metrics.length, 1);
    assert(summary.testLoss.mean > 0);
    losses.push(metrics[0].trainLoss);
  }
  assert(losses.every(Number.isFinite));
  assert.equal(new Set(losses).size, ways.length, losses.join(" "));
});
