import assert from "node:assert/strict";
import { join } from "node:path";
import type { Configuration } from "../../../../scripts/configuration/schema/types.ts";
import { measureInTime } from "../../../../scripts/experiment/accuracy_in_time.ts";
import { openModel } from "../../../../scripts/experiment/evaluate_fold.ts";
import { openFolds } from "../../../../scripts/experiment/folds.ts";
import { traceSample } from "../../../../scripts/experiment/trace_sample.ts";
import { readWeights } from "../../../../scripts/run/weights_file.ts";
import { spikeHistogram } from "../../../../scripts/views/charts/spike_histogram.ts";
import { device, gpuTest } from "../../../fixtures/gpu.ts";
import { runTask } from "../../../fixtures/run_task.ts";
import { temporaryFolder } from "../../../fixtures/temporary_folder.ts";
import { prepareSigns, readResults, train } from "../train_runs.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);
const set = (...values: string[]) => values.flatMap((v) => ["--set", v]);

/** The recordings and their configuration, whose loss is NumSpikes. */
let prepared: Promise<string> | undefined;

/** Every 100 ms. */
const TIMES = Array.from({ length: 15 }, (_, n) => 100 * n + 60);

/** Losses by name; what else is set, and the counts that charts show. */
const LOSSES: [
  type: Configuration["training"]["error"]["type"],
  set: string[],
  desired: number[] | undefined,
][] = [
  ["SpikeTime", [], [30, 5]],
  [
    "SpikeTime",
    [`training.error.tgtSpikeTimes={true: [${TIMES}], false: [700]}`],
    [TIMES.length, 1],
  ],
  ["ProbSpikes", ["training.error.probSlidingWin=100"], undefined],
];

for (const [index, [type, values, desired]] of LOSSES.entries()) {
  gpuTest(
    `${type} is trained, evaluated and drawn by its name, ${index}`,
    async () => {
      const config = await (prepared ??= prepareSigns(folder.path));
      const run = join(folder.path, `run${index}`);
      await train(
        "train",
        ...["--config", config, "--out", run, "--folds", "1"],
        ...set("training.epochs=6", "training.lr=0.03"),
        ...set("network=[{pool: 8}, {dense: {out: 19, weightScale: 30}}]"),
        ...set(`training.error.type=${type}`, ...values),
      );
      const { configuration, metrics, summary } = await readResults(run);
      assert.equal(configuration.training.error.type, type);
      assert.equal(configuration.testing?.error.type, type);
      const [first, last] = [metrics[0], metrics.at(-1)!];
      assert(last.trainLoss < first.trainLoss);
      // One of 19 signs would be right by chance.
      assert(last.trainAccuracy > 0.3, `${last.trainAccuracy}`);

      const evaluated = await runTask("evaluate", ["--run", run, "--json"]);
      assert.deepEqual([evaluated.code, evaluated.stderr], [0, ""]);
      const [{ loss, accuracy }] = JSON.parse(evaluated.stdout).folds;
      assert(Math.abs(loss - summary.folds[0].testLoss) < 1e-9 * loss);
      assert.equal(accuracy, summary.folds[0].testAccuracy);

      const [fold] = await openFolds(configuration, { validation: true });
      const weights = await readWeights(
        join(run, "model_weights_fold1.safetensors"),
      );
      using model = await openModel(device(), fold, {
        configuration,
        weights,
      });
      const inTime = await measureInTime(model, fold, { configuration });
      assert.equal(inTime.accuracy.at(-1), accuracy);
      const [sample] = fold.test.indices;
      const { output } = await traceSample(model, fold, {
        sample,
        neurons: [],
        configuration,
      });
      const { layer } = spikeHistogram(output) as unknown as {
        layer: Layer[];
      };
      const rules = layer.filter(({ mark }) => mark.type === "rule");
      const wanted = rules.map(({ data }) =>
        data.values.map(({ count }) => count)
      );
      assert.deepEqual(wanted, desired ? [desired] : []);
    },
  );
}

/** Part of a chart. */
interface Layer {
  readonly mark: { readonly type: string };
  readonly data: { readonly values: readonly { readonly count: number }[] };
}

gpuTest("a loss that cannot be used is refused in one line", async () => {
  const config = await (prepared ??= prepareSigns(folder.path));
  const out = join(folder.path, "none");
  const refusals: [values: string[], problem: RegExp][] = [
    [["type=Spikes"], /type=Spikes": training.error.type is "Spikes", exp/],
    [
      ["type=SpikeTime", "tgtSpikeCount.true=76"],
      /training.error.tgtSpikeCount.true is 76, more than the 75 time bins/,
    ],
    [
      ["type=ProbSpikes", "probSlidingWin=9"],
      /training.error.probSlidingWin is 9, which holds no time bin of 20 ms/,
    ],
  ];
  for (const [values, problem] of refusals) {
    const { code, stdout, stderr } = await runTask("train", [
      ...["--config", config, "--out", out],
      ...set(...values.map((value) => `training.error.${value}`)),
    ]);
    assert.match(stderr, problem);
    assert.match(stderr, /^error: Cannot use configuration "[^\n]+[^.\n]\n$/);
    assert.deepEqual([code, stdout], [1, ""]);
  }
});
