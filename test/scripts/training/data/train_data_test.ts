import assert from "node:assert/strict";
import { join } from "node:path";
import type { RunSummary } from "../../../../scripts/run/files.ts";
import { gpuTest } from "../../../fixtures/gpu.ts";
import { runTask } from "../../../fixtures/run_task.ts";
import { temporaryFolder } from "../../../fixtures/temporary_folder.ts";
import { prepareSigns, readResults, train } from "../train_runs.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);
const inFolder = (...names: string[]) => join(folder.path, ...names);

let prepared: Promise<string> | undefined;

/** Trains fold 1 for an epoch, with values set; says what it left. */
async function run(name: string, ...values: string[]) {
  const config = await (prepared ??= prepareSigns(folder.path));
  const set = ["training.epochs=1", ...values].flatMap((v) => ["--set", v]);
  const out = inFolder(name);
  await train(
    "train-test-only",
    ...["--config", config, "--out", out, "--folds", "1", ...set],
  );
  const { metrics, summary } = await readResults(out);
  const [{ trainLoss, testLoss, rates }] = metrics;
  return { trainLoss, testLoss, rates, accuracy: summary.testAccuracy.mean };
}

/** Asserts that training ends in a problem, and leaves no results. */
async function refuse(problem: RegExp, ...values: string[]) {
  for (const program of ["train", "train-test-only"] as const) {
    await refuseTo(program, problem, values);
  }
}

async function refuseTo(
  program: RunSummary["program"],
  problem: RegExp,
  values: readonly string[],
) {
  const config = await (prepared ??= prepareSigns(folder.path));
  const out = inFolder("refused");
  const { code, stdout, stderr } = await runTask(program, [
    ...["--config", config, "--out", out, "--folds", "1"],
    ...values.flatMap((value) => ["--set", value]),
  ]);
  assert.match(stderr, problem);
  // A test before may have changed recordings of which there is a store.
  const lines = stderr.replace(
    /^warning: "[^\n]+ was sliced before [^\n]+\n/,
    "",
  );
  assert.match(lines, /^error: [^\n]+[^.\n]\n$/);
  assert.equal(code, 1);
  assert(!stdout.includes("epoch"), stdout);
  // The status tells of the run that failed, as far as that came.
  const left = await Array.fromAsync(Deno.readDir(out)).catch(() => []);
  for (const { name } of left) {
    assert([".lock", "status.json"].includes(name), name);
  }
}

gpuTest(
  "training from recordings gives what training from their store gives",
  async () => {
    const store = await run("store");
    const fly = [
      "training.sliced_dataset=False",
      `training.path.cache=${inFolder("cache")}`,
    ];
    assert.deepEqual(await run("recordings", ...fly), store);
    const kept = await Array.fromAsync(Deno.readDir(inFolder("cache")));
    assert.equal(kept.length, 4);
    assert.deepEqual(await run("again", ...fly), store);
  },
);

gpuTest(
  "filters change training and test, augmentations only training",
  async () => {
    const plain = await run("plain");
    const none = await run(
      "none",
      "training.filter={}",
      "training.augmentation={}",
    );
    assert.deepEqual(none, plain);

    // A step too small to change a spike, so that test sees initial weights.
    const still = ["training.optimizer=SGD", "training.lr=1e-30"];
    const unchanged = await run("unchanged", ...still);
    const augmentation = "training.augmentation={drop: 0.3, flip_x: 0.5, " +
      "flip_y: 0.5, shift: 8, time_jitter: 30}";
    const augmented = await run("augmented", ...still, augmentation);
    assert.notEqual(augmented.trainLoss, unchanged.trainLoss);
    assert.equal(augmented.testLoss, unchanged.testLoss);
    assert.deepEqual(await run("repeated", ...still, augmentation), augmented);

    const filter =
      "training.filter={hot_pixels: 200, background_activity: 5, " +
      "downsample_time: 40}";
    const filtered = await run("filtered", ...still, filter);
    assert.notEqual(filtered.trainLoss, unchanged.trainLoss);
    assert.notEqual(filtered.testLoss, unchanged.testLoss);

    const coarse = await run(
      "coarse",
      ...[...still, "training.filter.downsample_space=2"],
      "network=[{pool: 4}, {dense: 19}]",
    );
    assert.notEqual(coarse.testLoss, unchanged.testLoss);
  },
);

gpuTest(
  "training from recordings says what is wrong with one, and leaves no results",
  async () => {
    const list = inFolder("short.txt");
    const data = inFolder("data", "recordings");
    await (prepared ??= prepareSigns(folder.path));
    const [{ name }] = await Array.fromAsync(Deno.readDir(data));
    await Deno.writeTextFile(list, `${name.replace(".aedat", "")}\n`);
    const fly = "training.sliced_dataset=False";
    await refuse(
      /short.txt": it names 1 recording, 4 folds need 4$/m,
      ...[fly, `training.path.file_list=${list}`],
    );
    await refuse(
      /".+nowhere.+": there is no /,
      ...[fly, `training.path.data=${inFolder("nowhere")}`],
    );
    const tags = inFolder("data", "tags", name.replace(".aedat", ".csv"));
    const text = await Deno.readTextFile(tags);
    const beyond = text.replaceAll(/,\d+$/gm, ",99999999");
    await Deno.writeTextFile(tags, beyond);
    await refuse(
      /recording ".+aedat": it ends at record \d+, its tags at record 99999999 /,
      fly,
    );
    await Deno.writeTextFile(tags, text);
    // Leaves the header, some events and 3 bytes of another, of 8 bytes each.
    const path = join(data, name);
    const { size } = await Deno.stat(path);
    await Deno.truncate(path, 1200 + size % 8 + 3);
    await refuse(
      /recording ".+aedat": it is cut off at byte \d+, before the end of every tag/,
      fly,
    );
  },
);

gpuTest(
  "training says what is wrong with a sample of any set, and leaves no results",
  async () => {
    await (prepared ??= prepareSigns(folder.path));
    await refuse(
      /pack "user\d+_\w+\/[\w ]+" at Ts "0.01": its last event, at \d+ ms, is in bin \d+, .+ 131072 bins$/m,
      ...["simulation.Ts=0.01", "simulation.tSample=1", "testing.tSample=1"],
    );
    const store = inFolder("data", "sliced.zarr");
    const groups = await Array.fromAsync(Deno.readDir(store));
    for (const { name } of groups.filter(({ isDirectory }) => isDirectory)) {
      const chunk = join(store, name, "t", "c", "0");
      const bytes = await Deno.readFile(chunk);
      await Deno.writeFile(chunk, bytes.toReversed());
      await refuse(
        /t\/c\/0": it is damaged, its checksum does not match; remove ".+" and slice again$/m,
      );
      await Deno.writeFile(chunk, bytes);
    }
  },
);
