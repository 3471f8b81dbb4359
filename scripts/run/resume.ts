/**
 * Where the folds of a run stand, and how to go on from there.
 *
 * @module
 */

import { join } from "node:path";
import type { Device } from "../../engine/device/device.ts";
import { type Checkpoint, readCheckpoint } from "./checkpoint.ts";
import { checkpointName } from "./files.ts";
import type { RunIdentity } from "./identity.ts";
import { findEarlierRun } from "./earlier_run.ts";
import type { Fold } from "../experiment/folds.ts";
import type { Results } from "./writer.ts";
import { print, warn } from "../command_line/print.ts";

/** What the outcome of each fold follows from, by its number. */
interface Identities {
  readonly identities: ReadonlyMap<number, RunIdentity>;
}

/** Where folds stand, by number; one that is not among them has not begun. */
type Checkpoints = Map<number, Checkpoint>;

/**
 * Lets a run start at the beginning, where no other is.
 *
 * @param results The folder of the run.
 * @returns Where folds stand: none has begun.
 * @throws {Error} If a run is there, whether or not it has ended, or files that
 * no run left.
 */
export async function startAnew(results: Results): Promise<Checkpoints> {
  const earlier = await findEarlierRun(results.folder);
  if (earlier === "none") return new Map();
  throw new Error(
    `Cannot start in "${results.folder}": ` +
      (earlier === "under way"
        ? "a run there has not ended; --resume goes on with it, "
        : `it has what "deno task ${earlier.program}" came to; --resume adds ` +
          "folds to that, ") +
      "--out DIR puts another elsewhere",
  );
}

/**
 * Takes up a run that was stopped, or adds folds to one, before any of its
 * folds writes. Warns if it is to go on with another adapter.
 *
 * @param folds The folds that are to go on.
 * @param results The folder of the run.
 * @param run What tells it from others, and the device that it goes on with.
 * @returns Where all folds stand; one that has no checkpoint starts anew.
 * @throws {Error} If a checkpoint is broken or of another run, or there are
 * results but no checkpoint.
 */
export async function takeUp(
  folds: readonly Fold[],
  results: Results,
  run: Identities & { readonly device: Device },
): Promise<Checkpoints> {
  const checkpoints = await readCheckpoints(results, run);
  if (checkpoints.size > 0) {
    await goOn(folds, results, checkpoints);
    const { name } = run.device.adapter;
    const others = [...checkpoints.values()].map(({ adapter }) => adapter)
      .filter((adapter) => adapter !== name);
    if (others.length > 0) {
      warn(
        `a checkpoint is of "${others[0]}": on "${name}" results ` +
          "may differ in the last bits",
      );
    }
    return checkpoints;
  }
  if (await findEarlierRun(results.folder) !== "none") {
    throw new Error(
      `Cannot resume in "${results.folder}": it has no checkpoint, and ` +
        "starting anew would remove the results that it has; --out DIR " +
        "starts anew elsewhere",
    );
  }
  print(`No checkpoint is in ${results.folder}: starting anew`);
  return checkpoints;
}

/**
 * Goes back to where the folds of this run stood last.
 *
 * @param folds The folds.
 * @param results The folder of the run.
 * @param run What tells it from others.
 * @returns Where all folds stand; one that has no checkpoint starts anew.
 * @throws {Error} If a checkpoint is broken.
 */
export async function goBack(
  folds: readonly Fold[],
  results: Results,
  run: Identities,
): Promise<Checkpoints> {
  if (!results.begun) return new Map();
  const checkpoints = await readCheckpoints(results, run);
  await goOn(folds, results, checkpoints);
  return checkpoints;
}

async function readCheckpoints(
  results: Results,
  { identities }: Identities,
): Promise<Checkpoints> {
  const checkpoints: Checkpoints = new Map();
  for (const [fold, identity] of identities) {
    const path = join(results.folder, checkpointName(fold));
    const remedy = await results.remedy(fold);
    const checkpoint = await readCheckpoint(path, { identity, remedy });
    if (checkpoint) checkpoints.set(fold, checkpoint);
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
