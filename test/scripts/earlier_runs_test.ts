import assert from "node:assert/strict";
import { join } from "node:path";
import { gpuTest } from "../gpu.ts";
import { runTask } from "../run_task.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { startTraining } from "./resume_runs.ts";
import { prepareSigns, train } from "./train_runs.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);

let prepared: Promise<string> | undefined;
async function argsFor(out: string, ...set: string[]): Promise<string[]> {
  const config = await (prepared ??= prepareSigns(folder.path));
  return [
    ...["--config", config, "--out", join(folder.path, out), "--folds", "1"],
    ...set.flatMap((value) => ["--set", value]),
  ];
}

/** Lets a training program be refused, in one line. */
async function refused(problem: RegExp, args: string[], task = "train") {
  const { code, stdout, stderr } = await runTask(task, args);
  assert.match(stderr, problem);
  assert.match(stderr, /^error: [^\n]+[^.\n]\n$/);
  assert.deepEqual([code, stdout], [1, ""]);
}

gpuTest("a folder has one run at a time, however the last ended", async () => {
  const args = await argsFor("shared", "training.epochs=1000");
  const first = await startTraining("train", args);
  await first.printed("fold 1 epoch 0");
  for (const resume of [[], ["--resume"]]) {
    await refused(
      /in ".+shared": another run is under way there; --out DIR puts this /,
      [...args, ...resume],
    );
  }
  first.process.kill("SIGKILL");
  await first.process.status;
  const second = await startTraining("train", [...args, "--resume"]);
  await second.printed("fold 1 epoch");
  second.process.kill("SIGINT");
  assert.equal((await second.process.status).code, 130, await second.output());
});
