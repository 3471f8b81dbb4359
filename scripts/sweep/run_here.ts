/**
 * Trains the runs of a sweep on this machine, several at a time.
 *
 * @module
 */

import { join } from "node:path";
import { counted } from "../../dataset/files/counted.ts";
import { EarlyExit } from "../command_line/command.ts";
import { duration } from "../command_line/duration.ts";
import { print, warn } from "../command_line/print.ts";
import { isLocked } from "../run/lock.ts";
import { type Card, cardVariables } from "../device/cards.ts";
import { onStopSignal } from "../training/interruption.ts";
import { readRunState, type RunState } from "./run_state.ts";
import { type Sweep, trainArguments } from "./runs.ts";
import { Schedule, type Step } from "./schedule.ts";
import type { Share } from "./share.ts";
import { type RunProcess, startRun } from "./start_run.ts";

/** Interval of polling runs that other processes train, in ms. */
const LOOK = 2000;

/** Message of a run that failed on a full disk. */
const FULL = /the disk is full|quota exceeded/i;

/**
 * Trains the unfinished runs, each in a process of its own. The failure of a
 * run does not end the others.
 *
 * @param sweep The sweep.
 * @param options Number of runs at once, and the GPUs that they take in turn;
 * the share of this process, if it belongs to an array of jobs; and the command
 * that continues the sweep.
 * @throws {EarlyExit} If the user stopped the sweep; its runs have checkpoints.
 * @throws {Error} If a run failed.
 */
export async function runHere(
  sweep: Sweep,
  { jobs, cards, share, command }: {
    readonly jobs: number;
    readonly cards: readonly Card[];
    readonly share?: Share;
    readonly command: string;
  },
): Promise<void> {
  await requireLocks(sweep, share);
  using schedule = new Schedule(sweep, share);
  const active = new Map<RunProcess, Promise<void>>();
  const places = Array.from({ length: jobs }, (_, place) => place);
  const failures = new Set<string>();
  let exitStatus: number | undefined;
  let full = false;
  using _signals = onStopSignal((status) => {
    exitStatus ??= status;
    for (const process of active.keys()) process.stop();
  });
  const start = async (step: Step) => {
    const { name } = step.run;
    const folder = join(sweep.folder, name);
    const begin = performance.now();
    const place = places.shift()!;
    print(`started ${name}${pauseOf(step)}`);
    const process = await startRun(
      folder,
      trainArguments(step.run, { ...sweep, until: step.until }),
      cardVariables(cards, place % Math.max(1, cards.length)),
    );
    // The signal may have arrived while the process was starting.
    if (exitStatus !== undefined) process.stop();
    const end = process.ended.then(async ({ stopped, problem }) => {
      const state = await readRunState(folder);
      // A run that is trained outside of this sweep was quicker to lock the
      // folder. It may have ended in the meantime.
      const again = problem !== undefined &&
        (state.state === "running" || state.state === "done");
      schedule.end(step.run, { again });
      if (again) return;
      if (problem === undefined) {
        const how = stopped ? "stopped" : state.summary ? "done" : "paused";
        print(`${how} ${name}${wordEnd(state, begin)}${pauseOf(step)}`);
        return;
      }
      failures.add(name);
      if (FULL.test(problem)) full = true;
      else warn(`${name} failed: ${problem}`);
    }).finally(() => {
      active.delete(process);
      places.unshift(place);
    });
    active.set(process, end);
  };
  const fill = async (): Promise<"wait" | "end" | undefined> => {
    while (active.size < jobs) {
      if (exitStatus !== undefined || full) return "end";
      const step = await schedule.next();
      if (typeof step === "string") return step;
      await start(step);
    }
  };
  try {
    while (true) {
      const left = await fill();
      if (active.size === 0 && left === "end") break;
      const looked = left === "wait" ? [wait(LOOK)] : [];
      await Promise.race([...active.values(), ...looked]);
    }
  } finally {
    for (const process of active.keys()) process.stop();
    await Promise.allSettled(active.values());
  }
  if (exitStatus !== undefined) {
    print(`Stopped, to go on with: ${command}`);
    throw new EarlyExit(exitStatus);
  }
  if (failures.size === 0) return;
  throw new Error(
    full
      ? `Cannot go on with the sweep in "${sweep.folder}": the disk is full; ` +
        `nothing that is done is lost, to go on with: ${command}`
      : `${counted(failures.size, "run")} failed; "deno task results ` +
        `${sweep.folder}" says why, to try again with: ${command}`,
  );
}

/** Requires file locks if several processes share the runs. */
async function requireLocks(
  { folder, definition: { search } }: Sweep,
  share: Share | undefined,
): Promise<void> {
  if (share === undefined || search?.kind !== "halving") return;
  if (await isLocked(folder) !== undefined) return;
  throw new Error(
    `Cannot share the search in "${folder}": its file system has no locks; ` +
      "search by --search random, or in one process",
  );
}

function pauseOf({ until }: Step): string {
  return until === undefined ? "" : `, for ${counted(until, "epoch")}`;
}

/** Describes the result and duration of a run. */
function wordEnd({ summary }: RunState, begin: number): string {
  const took = duration((performance.now() - begin) / 1000);
  const accuracy = summary?.valAccuracy ?? summary?.testAccuracy;
  const set = summary?.valAccuracy ? "validation" : "test";
  const figures = accuracy
    ? `, ${set} accuracy ${(100 * accuracy.mean).toFixed(1)} %`
    : "";
  return `${figures}, in ${took}`;
}

function wait(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
