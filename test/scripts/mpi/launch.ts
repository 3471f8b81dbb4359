/**
 * Training runs of several ranks, started as a user starts them.
 *
 * @module
 */

import { basename } from "node:path";
import { type Run, start } from "../run/resume_runs.ts";

/** Whether MPI's launchers are to be run. */
export const MPI = Deno.env.get("SLAYER_MPI") === "1";

/** The launcher of each library, and its options for a machine of few cores. */
const LAUNCHERS = {
  "Open MPI": [
    ...["mpirun.openmpi", "--quiet", "--oversubscribe"],
    ...["--bind-to", "none"],
  ],
  MPICH: ["mpiexec.hydra"],
} as const;

/** Open MPI refuses to run as root unless told twice. */
const ROOT = {
  OMPI_ALLOW_RUN_AS_ROOT: "1",
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
};

/** An MPI library. */
export type Library = keyof typeof LAUNCHERS;

/**
 * Starts `deno task distributed` on several ranks.
 *
 * @param library The library whose launcher starts them.
 * @param ranks Number of ranks.
 * @param args Arguments of the task.
 * @returns The run; its process is that of the launcher.
 */
export function launch(
  library: Library,
  ranks: number,
  args: readonly string[],
): Run {
  const [command, ...options] = LAUNCHERS[library];
  const task = [Deno.execPath(), "task", "--quiet", "distributed", ...args];
  return start(command, [...options, "-n", String(ranks), ...task], ROOT);
}

/**
 * Waits for the process of a rank.
 *
 * @param out The run's folder.
 * @param rank Its number.
 * @returns The number of the process.
 */
export async function findRank(out: string, rank: number): Promise<number> {
  while (true) {
    const found = await lookFor(out, rank);
    if (found !== undefined) return found;
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function lookFor(
  out: string,
  rank: number,
): Promise<number | undefined> {
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const words = await read(`/proc/${name}/cmdline`);
    const variables = await read(`/proc/${name}/environ`);
    const isRun = basename(words[0]) === "deno" && words[1] === "run";
    const isRank = ["OMPI_COMM_WORLD_RANK", "PMI_RANK"].some((variable) =>
      variables.includes(`${variable}=${rank}`)
    );
    if (isRun && isRank && words.includes(out)) return Number(name);
  }
  return undefined;
}

async function read(path: string): Promise<string[]> {
  try {
    return (await Deno.readTextFile(path)).split("\0");
  } catch {
    // Processes end.
    return [""];
  }
}
