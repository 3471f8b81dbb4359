import assert from "node:assert/strict";
import { join } from "node:path";
import { gpuTest } from "../../../fixtures/gpu.ts";
import { runTask } from "../../../fixtures/run_task.ts";
import {
  recordingText,
  withFiles,
} from "../../../dataset/layouts/recordings.ts";
import { gestures } from "../gestures.ts";
import { readResults, train } from "../train_runs.ts";

/** A network small enough for a test. */
const SHORT = [
  ...["--set", "training.epochs=2"],
  ...["--set", "input.slices=4"],
  ...["--set", "network=4-lif-2"],
];

gpuTest(
  "a folder of recordings trains, is tested and is trained on",
  () =>
    withFiles(gestures(), async (folder) => {
      const out = join(folder, "out");
      const said = await train(
        "train",
        ...["--data", folder, "--out", out, "--set", "data.window=500 ms"],
        ...["--folds", "1,2", ...SHORT],
      );
      assert.match(
        said,
        new RegExp(
          `^${folder}: layout folders, 2 classes \\(left, right\\), 8 ` +
            "recordings, 16 samples of 500 ms, 4 groups \\(ann, bob, cleo, " +
            "dan\\), 15×4 pixels, 4 folds by group; --set " +
            "'data.class=/\\(\\[\\^/\\]\\+\\)/' takes ann, bob, cleo, dan as " +
            "classes instead\n" +
            "(Without a GPU modern is slow: --recipe small is made for a " +
            "CPU\n)?Training on ",
        ),
      );
      const { configuration, summary } = await readResults(out);
      assert.equal(configuration.data!.path, folder);
      assert.equal(configuration.simulation.tSample, 500);
      assert.deepEqual(summary.folds.map(({ fold }) => fold), [1, 2]);
      assert(summary.folds.every(({ valLoss }) => valLoss !== null));

      const evaluated = await runTask("evaluate", ["--run", out, "--json"]);
      assert.equal(evaluated.code, 0, evaluated.stderr);
      const { folds } = JSON.parse(evaluated.stdout);
      assert.deepEqual(folds[0].classes, ["left", "right"]);
      assert.deepEqual(
        folds.map(({ loss }: { loss: number }) => loss),
        summary.folds.map(({ testLoss }) => testLoss),
      );
      const [{ group, name }] = folds[0].outcomes;
      assert.match(name, new RegExp(`^(left|right)/${group}/1_00$`));

      const resumed = await runTask("train", [
        ...["--data", folder, "--out", out, "--set", "data.window=500 ms"],
        ...["--folds", "3", "--resume", ...SHORT],
      ]);
      assert.equal(resumed.code, 0, resumed.stderr);
      await Deno.writeTextFile(
        join(folder, "left/ann/1.csv"),
        recordingText({ events: 102 }),
      );
      const changed = await runTask("train", [
        ...["--data", folder, "--out", out, "--set", "data.window=500 ms"],
        ...["--folds", "4", "--resume", ...SHORT],
      ]);
      assert.equal(changed.code, 1);
      assert.match(changed.stderr, /its .* has changed since/);
    }),
);

gpuTest(
  "each of twelve people is tested in a fold of their own",
  () => {
    const people = Array.from({ length: 12 }, (_, n) => `p${n + 1}`);
    return withFiles(gestures(people), async (folder) => {
      const out = join(folder, "out");
      const args = ["--data", folder, "--out", out, ...SHORT];
      const leaveOneOut = [...args, "--set", "data.folds=groups"];
      const said = await train("train", ...leaveOneOut, "--folds", "2,11");
      assert.match(
        said,
        /12 groups \(p1, p2, p3, …\), .*, 12 folds, one a group; /,
      );
      await train("train", ...leaveOneOut, "--folds", "12", "--resume");
      const { summary, metrics } = await readResults(out);
      assert.deepEqual(summary.folds.map(({ fold }) => fold), [2, 11, 12]);
      assert.equal(metrics.length, 6);
      const evaluated = await runTask("evaluate", ["--run", out, "--json"]);
      assert.equal(evaluated.code, 0, evaluated.stderr);
      const { folds } = JSON.parse(evaluated.stdout);
      assert.deepEqual(
        folds.map(({ outcomes }: { outcomes: { group: string }[] }) =>
          outcomes.map(({ group }) => group).join()
        ),
        ["p2,p2", "p11,p11", "p12,p12"],
      );
      const many = await runTask("train", [...leaveOneOut, "--folds", "13"]);
      assert.equal(
        many.stderr,
        'error: Cannot run fold "13": folds are numbers from 1 to 12\n',
      );
    });
  },
);

gpuTest(
  "a list of recordings trains with the split that it has",
  () =>
    withFiles(gestures(), async (folder) => {
      const rows = Object.keys(gestures()).map((file, n) =>
        `${file},${file.split("/")[0]},${n % 4 < 3 ? "train" : "test"}\n`
      );
      const list = join(folder, "list.csv");
      await Deno.writeTextFile(list, `file,label,split\n${rows.join("")}`);
      const out = join(folder, "out");
      const said = await train(
        "train-test-only",
        ...["--data", list, "--out", out, "--set", "simulation.tSample=1000"],
        ...SHORT,
      );
      assert.match(
        said,
        /8 recordings, 8 samples, 15×4 pixels, its own split\n/,
      );
      const { summary } = await readResults(out);
      assert.deepEqual(summary.folds.map(({ fold }) => fold), [1]);
    }),
);

gpuTest(
  "data that cannot be divided are refused in one line",
  () =>
    withFiles(
      { "a/1.csv": recordingText(), "b/1.csv": recordingText() },
      async (folder) => {
        const { code, stderr } = await runTask("train", ["--data", folder]);
        assert.equal(code, 1);
        assert.equal(
          stderr,
          `error: Cannot use "${folder}": cannot train and test with recording ` +
            '"a/1.csv": it is the only one of its class, and was not cut into ' +
            "windows\n",
        );
        const one = ["--data", folder, "--set", "data.classes=[a]"];
        assert.equal(
          (await runTask("train", one)).stderr,
          `error: Cannot use "${folder}": it has only class "a", from which ` +
            "no other can be told\n",
        );
      },
    ),
);
