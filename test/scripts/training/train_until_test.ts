import assert from "node:assert/strict";
import { join } from "node:path";
import { withFiles } from "../../dataset/layouts/recordings.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { runTask } from "../../fixtures/run_task.ts";
import { smallNetwork } from "../sweep/sweeps.ts";
import { gestures } from "./gestures.ts";

gpuTest(
  "--until pauses after so many epochs, and says how to go on",
  () =>
    withFiles(gestures(), async (folder) => {
      const out = join(folder, "out");
      const args = [
        ...[...smallNetwork(folder), "--set", "training.epochs=3"],
        ...["--folds", "1", "--out", out],
      ];
      const rows = async () => {
        const text = await Deno.readTextFile(join(out, "metrics.jsonl"));
        return text.trimEnd().split("\n").length;
      };
      const again = ["--until", "2", "--resume"];
      for (const more of [["--until", "2"], again]) {
        const { code, stdout, stderr } = await runTask("train", [
          ...[...args, ...more],
        ]);
        assert.deepEqual([code, stderr], [0, ""]);
        const command = `deno task train ${args.join(" ")} --resume`;
        assert(stdout.endsWith(`Stopped, to go on with: ${command}\n`), stdout);
        assert.equal(await rows(), 2);
      }
      const { code, stderr } = await runTask("train", [...args, "--resume"]);
      assert.deepEqual([code, stderr], [0, ""]);
      assert.equal(await rows(), 3);
    }),
);

gpuTest(
  "--until is for one fold, one seed and one process",
  () =>
    withFiles(gestures(), async (folder) => {
      for (
        const more of [["--folds", "1,2"], ["--folds", "1", "--seeds", "2"]]
      ) {
        const { code, stderr } = await runTask("train", [
          ...[...smallNetwork(folder), "--until", "1", ...more],
        ]);
        assert.deepEqual([code, stderr], [
          1,
          "error: Cannot pause after 1 epoch: a pause is for one fold and one " +
          "seed, such as --folds 1\n",
        ]);
      }
    }),
);
