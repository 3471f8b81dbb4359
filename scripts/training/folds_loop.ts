/**
 * Trains the folds of a run one after another, and recovers from device losses.
 *
 * @module
 */

import type { AdapterDescription, Device } from "../../engine/device/device.ts";
import type { Ranks } from "../../engine/distributed/ranks.ts";
import { openPreferredDevice } from "../device/adapter.ts";
import { givenArguments } from "../command_line/command.ts";
import type { Fold } from "../experiment/fold.ts";
import type { RunContext } from "./run_context.ts";
import { Interruption } from "./interruption.ts";
import type { FoldSummary } from "../run/files.ts";
import { goBack, nextPlace } from "../run/resume.ts";
import { print, warn } from "../command_line/print.ts";
import { quote } from "../command_line/quote.ts";
import { trainFold } from "./train_fold.ts";

/** Device losses at one batch after which training gives up. */
const MAX_LOSSES = 3;

/** Delays of the attempts to open a device again, in ms. */
const REOPEN_DELAYS_MS = [0, 1000, 5000];

/** Longest delay between an error and the report of the device loss, in ms. */
const LOSS_REPORT_MS = 100;

/**
 * Trains one fold after another. When the device is lost, another is opened on
 * the same adapter, and training goes on from the last checkpoints.
 *
 * @param folds The folds.
 * @param context Device, settings and run folder; the caller destroys this
 * device.
 * @returns Losses and accuracies of each fold.
 * @throws {Interruption} If the user stopped the run; checkpoints were written.
 * @throws {Error} If devices are lost repeatedly at one batch, or the adapter
 * does not come back.
 * @throws Every other error of `trainFold()`.
 */
export async function trainFolds(
  folds: readonly Fold[],
  context: RunContext,
): Promise<FoldSummary[]> {
  using opened = new DisposableStack();
  let { device, checkpoints } = context;
  let [losses, last] = [0, ""];
  while (true) {
    try {
      const summaries: FoldSummary[] = [];
      for (const fold of folds) {
        const isFirst = fold === folds[0];
        const here = { ...context, device, checkpoints, isFirst };
        summaries.push(await trainFold(fold, here));
      }
      return summaries;
    } catch (error) {
      if (error instanceof Interruption) {
        await context.status.end("stopped");
        print(
          `Stopped, to go on with: ${
            resumeCommand(context.task, context.ranks)
          }`,
        );
        throw error;
      }
      await wait(LOSS_REPORT_MS);
      const { problem, adapter } = device;
      // Other ranks could not continue without this one.
      if (problem === undefined || context.ranks.count > 1) throw error;
      device.destroy();
      checkpoints = await goBack(folds, context.results, context);
      const place = nextPlace(folds, checkpoints);
      losses = place === last ? losses + 1 : 1;
      last = place;
      if (losses > MAX_LOSSES) {
        throw new Error(
          `Cannot go on with "${adapter.name}": ${problem}, ${losses} times ` +
            `at ${place}; --resume tries again from there`,
          { cause: error },
        );
      }
      device = opened.use(await openAgain(adapter));
      warn(`${problem}: going on with "${adapter.name}" from ${place}`);
    }
  }
}

/** Opens a device on the adapter whose device was lost. */
async function openAgain({ name }: AdapterDescription): Promise<Device> {
  let found = "no adapter is left";
  for (const ms of REOPEN_DELAYS_MS) {
    await wait(ms);
    try {
      const device = await openPreferredDevice();
      if (device.adapter.name === name) return device;
      device.destroy();
      found = `only "${device.adapter.name}" is left`;
    } catch {
      // The adapter may become available again.
    }
  }
  throw new Error(
    `Cannot go on with "${name}": its device was lost, and ${found}; ` +
      "--resume goes on from the last checkpoint",
  );
}

/**
 * Formats the command that resumes the run.
 *
 * @param task The training program's task.
 * @param ranks The processes that share the batches.
 * @returns A line to copy into a shell.
 */
export function resumeCommand(task: string, { count }: Ranks): string {
  const args = givenArguments().filter((word, n, words) =>
    !["--resume", "--until"].includes(word) && words[n - 1] !== "--until"
  ).map(quote);
  const launcher = task === "distributed" ? [`mpirun -n ${count}`] : [];
  return [...launcher, "deno task", task, ...args, "--resume"].join(" ");
}

function wait(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
