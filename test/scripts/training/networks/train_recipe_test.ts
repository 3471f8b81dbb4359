import assert from "node:assert/strict";
import { join } from "node:path";
import { gpuTest } from "../../../fixtures/gpu.ts";
import { runTask } from "../../../fixtures/run_task.ts";
import { withFiles } from "../../../dataset/layouts/recordings.ts";
import { gestures } from "../gestures.ts";
import { readResults, train } from "../train_runs.ts";

Deno.test("a recipe that there is not is refused, with its neighbour", async () => {
  for (const task of ["train", "train-test-only", "ridge"]) {
    const { code, stderr } = await runTask(task, ["--recipe", "smal"]);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^error: --recipe: Expected one of modern, .+ and small, but got smal\. Did you mean small\? [^\n]+\n$/,
    );
  }
  const { stdout } = await runTask("train", ["--help"]);
  assert.match(
    stdout.replaceAll(/\s+/g, " "),
    /--recipe NAME A configuration of scripts\/recipes: modern, .+, small \[modern with --data\]/,
  );
});

Deno.test("a recipe and a file exclude one another", async () => {
  const both = ["--recipe", "small", "--config", "scripts/demo.yaml"];
  for (const task of ["train", "ridge"]) {
    const { code, stderr } = await runTask(task, both);
    assert.equal(code, 1);
    assert.equal(
      stderr,
      'error: Cannot use --recipe small with --config "scripts/demo.yaml": ' +
        "each is a whole configuration\n",
    );
  }
});

gpuTest(
  "a recipe trains on a folder of recordings, with values set on top of it",
  () =>
    withFiles(gestures(), async (folder) => {
      const out = join(folder, "out");
      const args = [
        ...["--recipe", "small", "--data", folder, "--out", out],
        ...["--set", "data.window=500ms", "--set", "training.epochs=1"],
        ...["--set", "network=4-lif-dp0.2-2", "--folds", "2"],
        ...["--set", "training.augmentation.flip_not=[left]"],
      ];
      const said = await train("train", ...args, "--set", "input.slices=4");
      assert.doesNotMatch(said, /is slow/);
      const { configuration, summary } = await readResults(out);
      const { input, simulation, training, network } = configuration;
      assert.deepEqual(input, { slices: 4, size: 32, most: 15 });
      assert.equal(simulation.tSample, 500);
      assert.equal(training.optimizer, "ADAMW");
      assert.deepEqual(network?.at(-1), { dense: 2, neuron: "none" });
      assert.deepEqual(summary.folds.map(({ fold }) => fold), [2]);

      const stranger = await runTask("train", [
        ...args,
        ...["--set", "training.augmentation.flip_not=[lfet]"],
      ]);
      assert.deepEqual(
        [stranger.code, stranger.stderr],
        [
          1,
          "error: Cannot use training.augmentation.flip_not: no class is " +
          '"lfet"; did you mean "left"\n',
        ],
      );
    }),
);
