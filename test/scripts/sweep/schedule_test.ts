import assert from "node:assert/strict";
import { join } from "node:path";
import { spreadOf, SUMMARY_FILE } from "../../../scripts/run/files.ts";
import { Schedule } from "../../../scripts/sweep/schedule.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import { definitionOf } from "./sweeps.ts";

/** Two runs. */
const definition = definitionOf("training.lr", ["0.1", "0.2"]);

/** Names of the runs that a schedule starts, one after another. */
async function startedBy(schedule: Schedule): Promise<string[]> {
  const names = [];
  while (true) {
    const step = await schedule.next();
    if (typeof step === "string") return names;
    names.push(step.run.name);
  }
}

/** Leaves the results of a run in its folder. */
async function finish(folder: string): Promise<void> {
  const spread = spreadOf([1]);
  await Deno.writeTextFile(
    join(folder, SUMMARY_FILE),
    JSON.stringify({
      program: "train",
      adapter: { name: "test", software: true },
      seconds: 1,
      folds: [],
      valLoss: spread,
      valAccuracy: spread,
      testLoss: spread,
      testAccuracy: spread,
      optimistic: false,
    }),
  );
}

Deno.test("a run that one sweep is about to start is none of another's", async () => {
  await using folder = await temporaryFolder();
  const sweep = { folder: folder.path, definition };
  using other = new Schedule(sweep);
  {
    using schedule = new Schedule(sweep);
    const step = await schedule.next();
    assert(typeof step === "object");
    assert.equal(step.run.name, "training.lr=0.1");
    assert.deepEqual(await startedBy(other), ["training.lr=0.2"]);
    // Once it has failed, another may try.
    schedule.end(step.run);
    assert.deepEqual(await startedBy(other), ["training.lr=0.1"]);
    assert.deepEqual(await startedBy(schedule), []);
  }
});

Deno.test("a run that another has just ended is not started again", async () => {
  await using folder = await temporaryFolder();
  using schedule = new Schedule({ folder: folder.path, definition });
  const { tryLock } = Deno.FsFile.prototype;
  let claims = 0;
  // Right before the first claim, another sweep ends its run.
  Deno.FsFile.prototype.tryLock = async function (exclusive) {
    if (exclusive && claims++ === 0) {
      await finish(join(folder.path, "training.lr=0.1"));
    }
    return await tryLock.call(this, exclusive);
  };
  try {
    assert.deepEqual(await startedBy(schedule), ["training.lr=0.2"]);
  } finally {
    Deno.FsFile.prototype.tryLock = tryLock;
  }
});
