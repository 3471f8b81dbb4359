import assert from "node:assert/strict";
import { join } from "node:path";
import { gpuTest } from "../../fixtures/gpu.ts";
import { runTask } from "../../fixtures/run_task.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import { outcomeOf } from "./resume_runs.ts";
import { prepareDigits, prepareSigns, train } from "../training/train_runs.ts";

/** Flips a bit of a file; returns a function that flips it back. */
async function changeBit(path: string): Promise<() => Promise<void>> {
  const bytes = await Deno.readFile(path);
  await Deno.writeFile(path, bytes.with(-5, bytes.at(-5)! ^ 2));
  return () => Deno.writeFile(path, bytes);
}

/**
 * Checks that resuming is refused for one recording and leaves the run
 * unchanged.
 */
async function refused(recording: string, out: string, args: string[]) {
  const before = await outcomeOf(out);
  const { code, stdout, stderr } = await runTask("train", args);
  const checkpoint = join(out, "checkpoint_fold1.safetensors");
  assert.equal(
    stderr,
    `error: Cannot resume from "${checkpoint}": its recording ${recording} ` +
      "has changed since; choose another folder with --out DIR\n",
  );
  assert.deepEqual([code, stdout], [1, ""]);
  assert.deepEqual(await outcomeOf(out), before);
}

gpuTest("--resume refuses recordings that have changed since", async () => {
  await using folder = await temporaryFolder();
  const config = await prepareSigns(folder.path);
  const data = join(folder.path, "data");
  const recording = join(data, "recordings", "user35_dc.aedat");
  const slice = async () => {
    const { code, stderr } = await runTask("slice", ["--data", data]);
    assert.equal(code, 0, stderr);
  };
  const argsFor = (out: string, fold: number, ...args: string[]) => [
    ...["--config", config, "--out", join(folder.path, out)],
    ...["--set", "training.epochs=1", "--folds", String(fold), ...args],
  ];
  const fly = ["--set", "training.sliced_dataset=False"];
  await train("train", ...argsFor("sliced", 1));
  await train("train", ...argsFor("fly", 1, ...fly));

  const restore = await changeBit(recording);
  const sliced = argsFor("sliced", 2, "--resume");
  await slice();
  await refused("user35_dc", join(folder.path, "sliced"), sliced);
  const flying = argsFor("fly", 2, "--resume", ...fly);
  await refused("user35_dc", join(folder.path, "fly"), flying);

  await restore();
  await train("train", ...flying);
  const moved = join(folder.path, "moved");
  await slice();
  await Deno.rename(data, moved);
  const paths = [`data=${moved}`, `file_list=${join(moved, "filelist.txt")}`]
    .flatMap((path) => ["--set", `training.path.${path}`]);
  await train("train", ...sliced, ...paths);
  assert.deepEqual(
    await outcomeOf(join(folder.path, "sliced")),
    await outcomeOf(join(folder.path, "fly")),
  );
  const run = ["--run", join(folder.path, "sliced")];
  const evaluated = await runTask("evaluate", run);
  assert.deepEqual([evaluated.code, evaluated.stderr], [0, ""]);
});

gpuTest("--resume refuses digits that have changed since", async () => {
  await using folder = await temporaryFolder();
  const digits = join(folder.path, "made");
  await Deno.mkdir(digits);
  for (let id = 0; id < 10; id++) {
    const events = Array.from(
      { length: 20 },
      (_, i) => [3 * id + i % 4, i, 0x80, i, 0],
    );
    const bytes = Uint8Array.from(events.flat());
    await Deno.writeFile(join(digits, `${id}.bs2`), bytes);
  }
  const lines = Array.from({ length: 10 }, (_, id) => `${id}\t${id}`);
  const made = { in: digits, train: lines.slice(5), test: lines.slice(0, 5) };
  const args = ["--config", await prepareDigits(folder.path, made)];
  await train("train", ...args);
  for (const id of [2, 7]) {
    const restore = await changeBit(join(digits, `${id}.bs2`));
    const out = join(folder.path, "first");
    await refused(`${id}.bs2`, out, [...args, "--resume"]);
    await restore();
  }
  await train("train", ...args, "--resume");
});
