/**
 * A training run in a folder of its own.
 *
 * @module
 */

import { join } from "node:path";
import type { Device } from "../../engine/device/device.ts";
import type { Ranks } from "../../engine/distributed/ranks.ts";
import { print, warn } from "../command_line/print.ts";
import type { Configuration } from "../configuration/schema/types.ts";
import { epochsOf } from "../configuration/training.ts";
import { warnOfCount } from "../configuration/target_reach.ts";
import type { Fold } from "../experiment/fold.ts";
import { removeUnfinished } from "../files/atomic_write.ts";
import type { Checkpoint } from "../run/checkpoint.ts";
import {
  type FoldSummary,
  LOGS_FOLDER,
  type RunSummary,
} from "../run/files.ts";
import { type FirstWeights, identifyFolds } from "../run/identity.ts";
import { lockFolder } from "../run/lock.ts";
import { startAnew, takeUp } from "../run/resume.ts";
import { RunStatus } from "../run/status.ts";
import { findEventFiles } from "../run/tensorboard/event_file.ts";
import { Results } from "../run/writer.ts";
import { resumeCommand, trainFolds } from "./folds_loop.ts";
import { EXIT_STATUS, Interruption, Pauses } from "./interruption.ts";
import { describeRun, summariseRun } from "./run_summary.ts";

/** Folds, device and program of a run. */
export interface RunOptions {
  /** The program that runs. */
  readonly program: RunSummary["program"];
  /** The task that runs it. */
  readonly task: string;
  readonly device: Device;
  /** The processes that share the batches; the first alone writes. */
  readonly ranks: Ranks;
  /** Watches the other ranks through the run folder; called by all ranks. */
  readonly watch?: (folder: string) => Promise<Disposable>;
  /** Whether SIGTERM has asked this rank to stop before training. */
  readonly isStopped?: () => boolean;
  /** All folds of the data. */
  readonly all: readonly Fold[];
  /** The folds to train. */
  readonly folds: readonly Fold[];
  /** Initial weights to use in place of random ones. */
  readonly weights?: FirstWeights;
  /** Number of epochs of a fold after which to pause, if any. */
  readonly until?: number;
  /** Whether to resume the run in the folder. */
  readonly resume: boolean;
  /** Start of the run, in ms on the clock of `performance.now()`. */
  readonly start: number;
}

/**
 * Trains folds, writes their results, and prints them.
 *
 * @param configuration The configuration; results go to its folder.
 * @param options Folds, device and program.
 * @returns The results, including folds that ended earlier.
 * @throws {Error} If the folder holds another run, or one that cannot be
 * resumed.
 * @throws Every error of `trainFolds()`.
 */
export async function trainRun(
  configuration: Configuration,
  options: RunOptions,
): Promise<RunSummary> {
  const { program, task, device, ranks, all, folds, weights } = options;
  const { resume, until, start } = options;
  const folder = configuration.training.path.out;
  const writes = ranks.rank === 0;
  using _lock = writes ? await lockFolder(folder) : undefined;
  if (writes) await removeUnfinished(folder);
  // The first rank creates the folder that the others check.
  await ranks.meet();
  using _watch = await options.watch?.(folder);
  // Refuse a symbolic link before training, not at the end of the first epoch.
  await findEventFiles(join(folder, LOGS_FOLDER));
  const results = new Results(folder, configuration, { writes });
  const run = { program, configuration, ranks, weights };
  const identities = await identifyFolds(all, run);
  const checkpoints = resume
    ? await takeUp(folds, results, { identities, device })
    : await startAnew(results);
  // No rank changes the folder before all have checked it.
  await ranks.meet();
  const { adapter } = device;
  using pauses = new Pauses(
    configuration.training.checkpoint,
    ranks,
    options.isStopped?.() ? EXIT_STATUS.SIGTERM : undefined,
  );
  const shared = ranks.count > 1 ? `, ${ranks.count} ranks` : "";
  const kind = adapter.software ? ", software" : "";
  print(`Training on ${adapter.name}${kind}${shared}`);
  const before = [...checkpoints.values()].map(({ position }) =>
    position.seconds
  );
  const earlier = Math.max(0, ...before);
  const elapsed = () => earlier + (performance.now() - start) / 1000;
  const status = new RunStatus(results, {
    program,
    adapter,
    folds: folds.map(({ number }) => number),
    epochs: Math.max(
      ...folds.map(({ train }) => epochsOf(configuration, train.size)),
    ),
    resume: resumeCommand(task, ranks),
  }, elapsed);
  const warning = warnOfCount(configuration);
  if (warning !== undefined) {
    warn(warning);
    status.addAlarm({ fold: folds[0].number, epoch: 0, warning });
  }
  const summaries = await trainFolds(folds, {
    ...run,
    task,
    device,
    results,
    pauses,
    until,
    status,
    elapsed,
    checkpoints,
    identities,
  }).catch(async (error) => {
    if (error instanceof Interruption) throw error;
    await status.end("failed", error.message);
    throw error;
  });
  const done = withEarlier(summaries, checkpoints);
  const summary = summariseRun(done, { program, adapter, seconds: elapsed() });
  await results.saveSummary(summary);
  await status.end("ended");
  if (writes) describeRun(summary, await results.epochs()).forEach(print);
  print(`Results are in ${folder}`);
  return summary;
}

/** Adds the folds that were finished before the run was resumed. */
function withEarlier(
  summaries: readonly FoldSummary[],
  checkpoints: ReadonlyMap<number, Checkpoint>,
): FoldSummary[] {
  const earlier = [...checkpoints.values()].flatMap(({ position }) =>
    position.summary ?? []
  );
  const all = [...earlier, ...summaries].map((one) => [one.fold, one] as const);
  return [...new Map(all).values()].sort((a, b) => a.fold - b.fold);
}
