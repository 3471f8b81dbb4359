/**
 * Where the folds of a run stand, and how to go on from there.
 *
 * @module
 */

import { join } from "node:path";
import {
  type Checkpoint,
  checkpointName,
  readCheckpoint,
} from "./checkpoint.ts";
import type { Fold } from "./experiment.ts";
import type { RunContext } from "./fold_run.ts";
import type { Results } from "./results.ts";
import { identifyRun } from "./run_identity.ts";

/** What tells a run from others. */
type Run = Pick<RunContext, "program" | "configuration" | "weights">;

/**
 * Lets a run start at the beginning. What an earlier one of the same program
 * came to will be replaced.
 *
 * @param results The folder of the run.
 * @param run What tells it from others.
 * @returns Where folds stand: none has begun.
 * @throws {Error} If a run is there that has not ended, or is of another
 * program.
 */
export async function startAnew(
  results: Results,
  { program }: Run,
): Promise<Map<number, Checkpoint>> {
  const earlier = await results.earlier();
  if (earlier === "under way") {
    throw new Error(
      `Cannot start in "${results.folder}": a run there has not ended; ` +
        "--resume goes on with it, --out DIR puts another elsewhere",
    );
  }
  if (earlier !== "none" && earlier.program !== program) {
    throw new Error(
      `Cannot start in "${results.folder}": it has what "deno task ` +
        `${earlier.program}" came to; --out DIR puts this run elsewhere`,
    );
  }
  return new Map();
}

/**
 * Takes up a run that was stopped, before any of its folds writes. Warns if it
 * is to go on with another adapter.
 *
 * @param folds The folds that are to go on.
 * @param results The folder of the run.
 * @param run What tells it from others, and the device that it goes on with.
 * @returns Where folds stand; one that has no checkpoint starts anew.
 * @throws {Error} If a checkpoint is broken or of another run, or there are
 * results but no checkpoint.
 */
export async function takeUp(
  folds: readonly Fold[],
  results: Results,
  run: Run & Pick<RunContext, "device">,
): Promise<Map<number, Checkpoint>> {
  const checkpoints = await readCheckpoints(folds, results, run);
  if (checkpoints.size > 0) {
    await goOn(folds, results, checkpoints);
    const { name } = run.device.adapter;
    const others = [...checkpoints.values()].map(({ adapter }) => adapter)
      .filter((adapter) => adapter !== name);
    if (others.length > 0) {
      console.warn(
        `warning: a checkpoint is of "${others[0]}": on "${name}" results ` +
          "may differ in the last bits",
      );
    }
    return checkpoints;
  }
  if (await results.earlier() !== "none") {
    throw new Error(
      `Cannot resume in "${results.folder}": it has no checkpoint of these ` +
        "folds, and starting anew would remove the results that it has; " +
        "remove them, or start elsewhere with --out DIR",
    );
  }
  console.log(`No checkpoint is in ${results.folder}: starting anew`);
  return checkpoints;
}

/**
 * Goes back to where the folds of this run stood last.
 *
 * @param folds The folds.
 * @param results The folder of the run.
 * @param run What tells it from others.
 * @returns Where folds stand; one that has no checkpoint starts anew.
 * @throws {Error} If a checkpoint is broken.
 */
export async function goBack(
  folds: readonly Fold[],
  results: Results,
  run: Run,
): Promise<Map<number, Checkpoint>> {
  // What is in the folder until then is of an earlier run.
  if (!results.begun) return new Map();
  const checkpoints = await readCheckpoints(folds, results, run);
  await goOn(folds, results, checkpoints);
  return checkpoints;
}

async function readCheckpoints(
  folds: readonly Fold[],
  { folder }: Results,
  run: Run,
): Promise<Map<number, Checkpoint>> {
  const checkpoints = new Map<number, Checkpoint>();
  for (const fold of folds) {
    const path = join(folder, checkpointName(fold.number));
    const checkpoint = await readCheckpoint(path, await identifyRun(fold, run));
    if (checkpoint) checkpoints.set(fold.number, checkpoint);
  }
  return checkpoints;
}

/** Lets the folder hold the epochs that are done, and no others. */
async function goOn(
  folds: readonly Fold[],
  results: Results,
  checkpoints: ReadonlyMap<number, Checkpoint>,
): Promise<void> {
  const epochs = folds.map(({ number }) =>
    [number, checkpoints.get(number)?.position.epoch ?? 0] as const
  );
  await results.resume(new Map(epochs));
}
