import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { gpuTest } from "../../../fixtures/gpu.ts";
import { temporaryFolder } from "../../../fixtures/temporary_folder.ts";
import { prepareDigits, readResults, train } from "../train_runs.ts";
import { ROOT } from "../../../fixtures/source_files.ts";

const DATA = Deno.env.get("SLAYER_DATA") ??
  join(ROOT, "..", "shared", "data");
const REAL = join(DATA, "nmnist_small");

/** Reads the first entries of a list. */
async function cut(list: string, count: number): Promise<string[]> {
  const text = await Deno.readTextFile(join(REAL, list));
  const lines = text.split("\n").filter((line) => /^\d/.test(line));
  return lines.slice(0, count);
}

if (existsSync(REAL)) {
  gpuTest("train learns real digits from lists", async () => {
    await using folder = await temporaryFolder();
    const config = await prepareDigits(folder.path, {
      in: REAL,
      train: await cut("train1K.txt", 60),
      test: await cut("test100.txt", 20),
    });
    const hidden = "network=[{dense: 32}, {dense: 10}]";
    await train("train", "--config", config, "--set", hidden);
    const out = join(folder.path, "first");
    const { metrics, summary } = await readResults(out);
    const [before, after] = metrics;
    assert(after.trainLoss < 0.8 * before.trainLoss);
    assert(after.testLoss! < before.testLoss!);
    const energy = /^(input|fc\d)\.|^total\./;
    const columns = Object.keys(before).filter((name) => !energy.test(name));
    assert.deepEqual(columns.toSorted(), [
      "epoch",
      "fold",
      "gradientNorms",
      "lr",
      "rates",
      "saturated",
      "seconds",
      "silent",
      "testAccuracy",
      "testLoss",
      "trainAccuracy",
      "trainLoss",
      "updateNorms",
    ]);
    assert.equal(summary.folds.length, 1);
    assert.equal(summary.folds[0].valLoss, null);
    assert.equal(summary.optimistic, true);
  });
}
