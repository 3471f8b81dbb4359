import assert from "node:assert/strict";
import { join } from "node:path";
import { gpuTest } from "../../fixtures/gpu.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import { outcomeOf } from "../run/resume_runs.ts";
import { prepareSigns, train } from "./train_runs.ts";

gpuTest("batches accumulated train in the bits of larger ones", async () => {
  await using folder = await temporaryFolder();
  const config = await prepareSigns(folder.path);
  const outcome = async (name: string, ...set: string[]) => {
    const out = join(folder.path, name);
    await train("train", ...[
      ...["--config", config, "--out", out, "--folds", "3"],
      ...["--set", "training.epochs=1"],
      ...set.flatMap((value) => ["--set", value]),
    ]);
    return await outcomeOf(out);
  };
  const rule = ["training.clip=20", "training.weightDecay=0.1"];
  const whole = await outcome("whole", ...rule);
  const small = ["simulation.nSample=3", "training.accumulate=3"];
  const larger = await outcome("larger", ...rule, "simulation.nSample=9");
  assert.deepEqual(await outcome("small", ...rule, ...small), larger);
  const free = await outcome("free", rule[1]);
  assert.notDeepEqual(free.weights, whole.weights);
  const stays = await outcome("stays", rule[0]);
  assert.notDeepEqual(stays.weights, whole.weights);
  // As many as there are, whatever is asked for.
  const all = await outcome("all", "simulation.nSample=1000000000");
  const some = await outcome("some", "simulation.nSample=1000");
  assert.deepEqual(all.weights, some.weights);
});
