import assert from "node:assert/strict";
import { join } from "node:path";
import type { FoldSummary, SeedsSummary } from "../../../scripts/run/files.ts";
import { spreadOf } from "../../../scripts/run/files.ts";
import {
  describeRun,
  summariseRun,
} from "../../../scripts/training/run_summary.ts";
import { withFiles } from "../../dataset/layouts/recordings.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { runTask } from "../../fixtures/run_task.ts";
import { outcomeOf, startTraining } from "../run/resume_runs.ts";
import { gestures } from "./gestures.ts";
import { readResults } from "./train_runs.ts";

/** Folds of the gestures and a network small enough for a test. */
const argsFor = (folder: string, out: string) => [
  ...["--recipe", "small", "--data", folder, "--out", join(folder, out)],
  ...["--set", "data.window=250ms", "--set", "training.epochs=3"],
  ...["--set", "input.slices=4", "--set", "network=4-bn-lif-dp0.2-2"],
  ...["--set", "training.seed=3", "--folds", "1,2"],
];

async function readSummary(folder: string): Promise<SeedsSummary> {
  return JSON.parse(await Deno.readTextFile(join(folder, "summary.json")));
}

/** Runs a task that fails, and gives its message. */
async function problemOf(task: string, args: string[]): Promise<string> {
  const { code, stderr } = await runTask(task, args);
  assert.equal(code, 1, stderr);
  return stderr;
}

gpuTest(
  "--seeds trains the same folds from several seeds, and gives means of all",
  () =>
    withFiles(gestures(), async (folder) => {
      const out = join(folder, "out");
      const args = argsFor(folder, "out");
      const { code, stdout, stderr } = await runTask("train", [
        ...[...args, "--seeds", "2", "--json"],
      ]);
      assert.equal(code, 0, stderr);
      const summary = await readSummary(out);
      assert.deepEqual(JSON.parse(stdout), summary);
      assert.deepEqual(summary.seeds.map(({ seed }) => seed), [3, 4]);
      const folds = summary.seeds.flatMap(({ folds }) => folds);
      assert.deepEqual(folds.map(({ fold }) => fold), [1, 2, 1, 2]);
      assert.deepEqual(
        summary.testAccuracy,
        spreadOf(folds.map(({ testAccuracy }) => testAccuracy)),
      );
      assert.deepEqual(
        summary.valLoss,
        spreadOf(folds.map(({ valLoss }) => valLoss!)),
      );
      const mean = String.raw`loss [\d.]+ \+- [\d.]+, accuracy [\d.]+ \+- `;
      for (const who of ["seed 3", "seed 4", "2 seeds, 2 folds"]) {
        assert.match(stderr, new RegExp(`^${who}: validation ${mean}`, "m"));
        assert.match(stderr, new RegExp(`^${who}: test ${mean}`, "m"));
      }
      for (const seed of [3, 4]) {
        const run = join(out, `seed${seed}`);
        const { configuration, summary: own } = await readResults(run);
        assert.equal(configuration.training.seed, seed);
        assert.equal(configuration.training.fold_seed, 3);
        assert.deepEqual({ seed, ...own }, summary.seeds[seed - 3]);
        const tested = await runTask("evaluate", ["--run", run, "--json"]);
        assert.equal(tested.code, 0, tested.stderr);
        assert.deepEqual(
          JSON.parse(tested.stdout).folds.map(({ loss }: { loss: number }) =>
            loss
          ),
          own.folds.map(({ testLoss }) => testLoss),
        );
      }
      const [one, other] = summary.seeds;
      assert.notDeepEqual(one.folds, other.folds);

      // The folder of all is no run, and is not written over.
      for (const task of ["evaluate", "plot", "view"]) {
        assert.equal(
          await problemOf(task, ["--run", out]),
          `error: Cannot use run "${out}": it holds the runs of several seeds; ` +
            `choose one, such as "${join(out, "seed3")}"\n`,
        );
      }
      assert.equal(
        await problemOf("train", [
          ...[...argsFor(folder, join("out", "seed3")), "--seeds", "2"],
        ]),
        `error: Cannot start in "${join(out, "seed3")}": it holds the run of ` +
          "one seed; choose another folder with --out DIR\n",
      );
    }),
);

gpuTest(
  "runs of several seeds that are stopped go on with the same bits, and more are added",
  () =>
    withFiles(gestures(), async (folder) => {
      const whole = await runTask("train", [
        ...argsFor(folder, "whole"),
        ...["--seeds", "3", "--json"],
      ]);
      assert.equal(whole.code, 0, whole.stderr);
      const args = argsFor(folder, "parts");
      const run = await startTraining("train", [...args, "--seeds", "2"]);
      await run.printed("Seed 4, in ");
      await run.printed("Results are in");
      await run.printed(`seed4\nTraining on`);
      run.process.kill("SIGINT");
      const { code } = await run.process.status;
      assert.equal(code, 130, await run.output());
      assert.match(await run.output(), /^Stopped, to go on with: .+--resume$/m);
      const resumed = await runTask("train", [
        ...args,
        ...["--seeds", "3", "--resume"],
      ]);
      assert.equal(resumed.code, 0, resumed.stderr);
      for (const seed of [3, 4, 5]) {
        assert.deepEqual(
          await outcomeOf(join(folder, "parts", `seed${seed}`)),
          await outcomeOf(join(folder, "whole", `seed${seed}`)),
        );
      }
      const [one, other] = await Promise.all(
        ["parts", "whole"].map((name) => readSummary(join(folder, name))),
      );
      assert.deepEqual(one.testAccuracy, other.testAccuracy);
      assert.deepEqual(
        one.seeds.map(({ folds }) => folds),
        other.seeds.map(({ folds }) => folds),
      );
    }),
);

Deno.test("more seeds than there are numbers, or none, are refused", async () => {
  const { code, stderr } = await runTask("train", ["--seeds", "0"]);
  assert.equal(code, 2);
  assert.match(stderr, /^error: --seeds: [^\n]+\n$/);
});

const FACTS = {
  adapter: { name: "GPU", software: false },
  seconds: 5,
} as const;

const FOLD: FoldSummary = {
  fold: 2,
  epochs: 3,
  bestEpoch: 1,
  trainAccuracy: 0.75,
  valLoss: null,
  valAccuracy: null,
  testLoss: 0.5,
  testAccuracy: 0.625,
};

/** Makes rows of `metrics.jsonl` of two folds with these test losses. */
function epochsOf(losses: readonly number[]) {
  return [1, 2].flatMap((fold) =>
    losses.map((testLoss, epoch) => ({
      fold,
      epoch,
      trainLoss: 1,
      trainAccuracy: 0.5,
      testLoss: fold === 2 ? testLoss : 0.5,
      testAccuracy: 0.5,
      rates: [],
      seconds: 1,
    }))
  );
}

Deno.test("the best loss and the best accuracy say of which epoch each is", () => {
  const summary = summariseRun([FOLD], {
    program: "train-test-only",
    ...FACTS,
  });
  assert.deepEqual(describeRun(summary, epochsOf([2, 1, 0.5])), [
    "fold 2: lowest test loss 0.50, of epoch 2; highest accuracy 62.50 %, of " +
    "epoch 1",
    "test loss 0.50 +- 0.00, accuracy 62.50 +- 0.00 %",
    "Test loss and accuracy are each the best over all epochs, so they are " +
    "optimistic.",
  ]);
});

Deno.test("results with a validation set are those of one epoch, which is said", () => {
  const fold = { ...FOLD, valLoss: 0.25, valAccuracy: 1 };
  const summary = summariseRun([fold], { program: "train", ...FACTS });
  assert.deepEqual(describeRun(summary, []), [
    "fold 2: validation loss 0.25, accuracy 100.00 %; test loss 0.50, accuracy " +
    "62.50 %, with the weights of epoch 1",
    "validation loss 0.25 +- 0.00, accuracy 100.00 +- 0.00 %",
    "test loss 0.50 +- 0.00, accuracy 62.50 +- 0.00 %",
  ]);
});
