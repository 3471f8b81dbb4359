import assert from "node:assert/strict";
import { join } from "node:path";
import { recordingText, withFiles } from "../../dataset/layouts/recordings.ts";
import { runTask } from "../../fixtures/run_task.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import { prepareDigits } from "../training/train_runs.ts";

/** Digits 1 to 12: odd ones in the left half of the sensor, even ones right. */
async function writeDigits(folder: string) {
  await Deno.mkdir(folder);
  for (let id = 1; id <= 12; id++) {
    const events = Array.from({ length: 20 }, (_, n) => [
      ...[(id % 2 === 1 ? 3 : 20) + (n * id) % 11, (7 * n + id) % 34],
      ...[n % 2 === 0 ? 0x80 : 0, n, id],
    ]);
    await Deno.writeFile(
      join(folder, `${id}.bs2`),
      Uint8Array.from(events.flat()),
    );
  }
}

Deno.test("ridge says what a linear classifier recognises in lists of samples", async () => {
  await using folder = await temporaryFolder();
  const digits = join(folder.path, "made");
  await writeDigits(digits);
  const lines = (from: number, to: number) =>
    Array.from(
      { length: to - from + 1 },
      (_, n) => `${from + n} ${(from + n) % 2}`,
    );
  const config = await prepareDigits(folder.path, {
    in: digits,
    train: lines(1, 8),
    // The last one is labelled wrongly.
    test: [...lines(9, 11), "12 1"],
  });
  const words = await runTask("ridge", ["--config", config]);
  assert.deepEqual([words.code, words.stderr], [0, ""]);
  assert.match(
    words.stdout,
    /^fold 1: test accuracy 75\.00 % of 4 samples; of 8 for training, each left out in turn, [\d.]+ %\ntest accuracy 75\.00 \+- 0\.00 %; 75\.00 % by chance\n$/,
  );

  const { code, stdout } = await runTask("ridge", [
    ...["--config", config, "--json", "--folds", "1"],
    ...["--set", `training.path.test=${join(folder.path, "train.txt")}`],
  ]);
  assert.equal(code, 0);
  const { folds, testAccuracy, chance } = JSON.parse(stdout);
  assert.deepEqual([testAccuracy, chance], [{ mean: 1, std: 0 }, 0.5]);
  const [{ strength, leaveOneOut, ...counts }] = folds;
  assert(strength > 0 && leaveOneOut >= 0 && leaveOneOut <= 1);
  assert.deepEqual(counts, {
    fold: 1,
    trainSamples: 8,
    testSamples: 8,
    testAccuracy: 1,
    chance: 0.5,
  });

  const wrong = await runTask("ridge", ["--config", config, "--folds", "2"]);
  assert.equal(wrong.code, 1);
  assert.equal(
    wrong.stderr,
    'error: Cannot run fold "2": the lists of samples are one fold\n',
  );
});

Deno.test("ridge takes a folder of anybody's recordings, in the folds of training", () => {
  const files = ["ann", "bob", "cleo", "dan"].flatMap((person, n) =>
    [["left", 2], ["right", 14]].map(([label, x]) => [
      `${label}/${person}/1.csv`,
      recordingText({ events: 40, start: n, x: Number(x) }),
    ])
  );
  return withFiles(Object.fromEntries(files), async (folder) => {
    // Each recording has events of one pixel, without neighbours.
    const unfiltered = ["--set", "training.filter=null"];
    const args = ["--data", folder, "--set", "data.window=200 ms", "--json"];
    const { code, stdout, stderr } = await runTask("ridge", [
      ...args,
      ...unfiltered,
    ]);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.equal(
      (await runTask("ridge", args)).stderr,
      "warning: training.filter leaves 0 of 160 events in 8 samples: " +
        "--set training.filter=null keeps them\n",
    );
    const { folds, testAccuracy } = JSON.parse(stdout);
    assert.equal(folds.length, 4);
    assert.deepEqual(testAccuracy, { mean: 1, std: 0 });
    await Deno.mkdir(`${folder}/up/ann`, { recursive: true });
    await Deno.writeTextFile(`${folder}/up/ann/1.csv`, recordingText());
    const more = await runTask("ridge", ["--data", folder, ...unfiltered]);
    assert.match(
      more.stderr,
      /^warning: fold \d has nothing to train up on, which it tests: leave it out, or add others to train on\n$/,
    );
  });
});
