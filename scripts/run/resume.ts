/**
 * Starts a run anew, or resumes one from its checkpoints.
 *
 * @module
 */

import { join } from "node:path";
import type { Device } from "../../engine/device/device.ts";
import { type Checkpoint, readCheckpoint } from "./checkpoint.ts";
import { checkpointName, STATUS_FILE } from "./files.ts";
import type { RunIdentity } from "./identity.ts";
import { findEarlierRun, readIfThere } from "./earlier_run.ts";
import { parseStatus } from "./parse_figures.ts";
import type { Fold } from "../experiment/fold.ts";
import type { Results } from "./writer.ts";
import { print, warn } from "../command_line/print.ts";

/** Everything that the results of each fold depend on, by fold. */
interface Identities {
  readonly identities: ReadonlyMap<number, RunIdentity>;
}

/** Checkpoints by fold; without one, a fold has not begun. */
type Checkpoints = Map<number, Checkpoint>;

/**
 * Starts a run from the beginning, after checking that the folder holds no
 * other.
 *
 * @param results The folder of the run.
 * @returns No checkpoints, since no fold has begun.
 * @throws {Error} If the folder holds a run, ended or not, or files that no run
 * wrote.
 */
export async function startAnew(results: Results): Promise<Checkpoints> {
  const earlier = await findEarlierRun(results.folder);
  if (earlier === "none") return new Map();
  throw new Error(
    `Cannot start in "${results.folder}": ` +
      (earlier === "under way"
        ? "it holds a run that has not ended; continue it with --resume, "
        : `it holds the results of "deno task ${earlier.program}"; add folds ` +
          "to them with --resume, ") +
      "or choose another folder with --out DIR",
  );
}

/**
 * Resumes a run that was stopped, or adds folds to one that has ended. Must run
 * before any fold writes. Warns if the run continues on another adapter.
 *
 * @param folds The folds to train.
 * @param results The folder of the run.
 * @param run Identity of each fold, and the device to train on.
 * @returns Checkpoints by fold; a fold without one starts anew.
 * @throws {Error} If a checkpoint is damaged or of another run, or there are
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
    if (
      folds.some(({ number }) => !checkpoints.get(number)?.position.summary)
    ) {
      const killed = await wasKilled(results.folder)
        ? "The run ended without a word, as if it was killed; going"
        : "Going";
      print(`${killed} on from ${nextPlace(folds, checkpoints)}`);
    }
    const { name } = run.device.adapter;
    const others = [...checkpoints.values()].map(({ adapter }) => adapter)
      .filter((adapter) => adapter !== name);
    if (others.length > 0) {
      warn(
        `a checkpoint was trained on "${others[0]}": results on ` +
          `"${name}" may differ in the last bits`,
      );
    }
    return checkpoints;
  }
  if (await findEarlierRun(results.folder) !== "none") {
    throw new Error(
      `Cannot resume in "${results.folder}": it has results but no ` +
        "checkpoint, and starting anew would remove them; choose another " +
        "folder with --out DIR",
    );
  }
  print(`No checkpoint in ${results.folder}: starting anew`);
  return checkpoints;
}

/**
 * Reloads the latest checkpoints after the device was lost.
 *
 * @param folds The folds.
 * @param results The folder of the run.
 * @param run Identity of each fold.
 * @returns Checkpoints by fold; a fold without one starts anew.
 * @throws {Error} If a checkpoint is damaged.
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

/** Removes epochs from `metrics.jsonl` that checkpoints do not include. */
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

/**
 * Names the fold, epoch and batch at which training continues.
 *
 * @param folds The folds; at least one has not ended.
 * @param checkpoints Checkpoints by fold.
 * @returns The place, such as `fold 1 epoch 3 batch 5`.
 */
export function nextPlace(
  folds: readonly Fold[],
  checkpoints: ReadonlyMap<number, Checkpoint>,
): string {
  const positions = folds.map(({ number }) => ({
    number,
    epoch: 0,
    batches: 0,
    summary: undefined,
    ...checkpoints.get(number)?.position,
  }));
  const { number, epoch, batches } = positions.find(({ summary }) => !summary)!;
  return `fold ${number} epoch ${epoch} batch ${batches}`;
}

/** Whether the status of a run is `training`. */
async function wasKilled(folder: string): Promise<boolean> {
  const text = await readIfThere(join(folder, STATUS_FILE));
  try {
    return parseStatus(text ?? "", STATUS_FILE).state === "training";
  } catch {
    // The status is not a result, and may be missing.
    return false;
  }
}
