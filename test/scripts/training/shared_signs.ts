/**
 * Recordings of four people and their store, which are made once for all test
 * files.
 *
 * @module
 */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTask } from "../../fixtures/run_task.ts";

/** Age in ms above which the folder of an earlier process is removed. */
const OUTDATED = 3_600_000;

/**
 * Copies the recordings, tags, lists and store, made by the commands that a
 * user has for them.
 *
 * @param data Folder to copy to; it does not exist yet.
 */
export async function copySigns(data: string): Promise<void> {
  // Test files run in threads of one process.
  const folder = join(tmpdir(), `slayer_signs_${Deno.pid}`);
  await Deno.mkdir(folder, { recursive: true });
  using lock = await Deno.open(join(folder, "lock"), {
    create: true,
    write: true,
  });
  await lock.lock(true);
  const whole = join(folder, "data");
  if (!existsSync(whole)) {
    await removeOutdated();
    const made = join(folder, "made");
    const synth = await runTask("synth", ["--out", made, "--people", "4"]);
    assert.deepEqual([synth.code, synth.stderr], [0, ""]);
    const slice = await runTask("slice", ["--data", made]);
    assert.deepEqual([slice.code, slice.stderr], [0, ""]);
    await Deno.rename(made, whole);
  }
  await cp(whole, data, { recursive: true, preserveTimestamps: true });
}

/** Removes folders that earlier processes have left. */
async function removeOutdated(): Promise<void> {
  for await (const { name } of Deno.readDir(tmpdir())) {
    if (!name.startsWith("slayer_signs_")) continue;
    const path = join(tmpdir(), name);
    const { mtime } = await Deno.stat(path);
    if (Date.now() - Number(mtime) > OUTDATED) {
      await Deno.remove(path, { recursive: true });
    }
  }
}
