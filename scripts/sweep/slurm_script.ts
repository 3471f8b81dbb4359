/**
 * Slurm script that trains the runs of a sweep.
 *
 * @module
 */

import { join } from "node:path";
import { quote } from "../command_line/quote.ts";
import { saveFiles } from "../files/atomic_write.ts";
import { readIfThere } from "../run/earlier_run.ts";
import { runsOf, type Sweep } from "./runs.ts";

/** File name of the script, in the folder of the sweep. */
export const SLURM_FILE = "slurm.sh";

/** Usual largest number of jobs in a Slurm array. */
const MOST_JOBS = 1000;

/** Paths in the script. */
export interface Places {
  /** Folder of `deno.json`. */
  readonly project: string;
  /** Path of the `deno` executable. */
  readonly deno: string;
}

/**
 * Writes the script into the folder of a sweep.
 *
 * @param sweep The sweep.
 * @param places Paths in the script.
 * @returns Path of the script.
 * @throws {Error} If the script cannot be written, or an existing one was
 * edited; it is kept.
 */
export async function saveSlurmScript(
  sweep: Sweep,
  places: Places,
): Promise<string> {
  const path = join(sweep.folder, SLURM_FILE);
  const text = formatSlurmScript(sweep, places);
  const there = await readIfThere(path);
  if (there !== undefined && there !== text) {
    throw new Error(
      `Cannot write "${path}": it was edited, or is of another machine; ` +
        "remove it to have it written anew",
    );
  }
  await saveFiles(sweep.folder, { [SLURM_FILE]: text });
  return path;
}

/**
 * Formats the script.
 *
 * @param sweep The sweep.
 * @param places Paths in the script.
 * @returns A script for `sbatch`, with a job per run, or, in a search by
 * halving, per combination of the first round.
 */
export function formatSlurmScript(
  { folder, definition }: Sweep,
  { project, deno }: Places,
): string {
  const jobs = Math.min(runsOf(definition).length, MOST_JOBS);
  return `#!/bin/bash
# Trains the runs of a sweep, one in each job of an array. Edit the lines below
# as your cluster wants them; then: sbatch ${SLURM_FILE}
#
#SBATCH --job-name=sweep
#SBATCH --array=0-${jobs - 1}
#SBATCH --time=04:00:00
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --gpus=1
##SBATCH --partition=gpu
#SBATCH --output=${JSON.stringify(join(folder, "slurm_%a.log"))}
#SBATCH --open-mode=append
#
# A job that is preempted, or whose node fails, is queued again; two minutes
# before its time is up, it is told to stop and queued again. Each time it goes
# on from its last checkpoint.
#SBATCH --requeue
#SBATCH --signal=B:USR1@120

# The folder of deno.json, and Deno, where every node finds them.
cd ${quote(project)} || exit 1
deno=${quote(deno)}

"$deno" task --quiet sweep --out ${quote(folder)} --jobs 1 &
sweep=$!
again=
trap 'kill -TERM "$sweep"' TERM
trap 'again=yes; kill -TERM "$sweep"' USR1
# A signal ends "wait", but not what it waits for.
while wait "$sweep"; status=$?; kill -0 "$sweep" 2> /dev/null; do :; done
if [ -n "$again" ] && [ "$status" -eq 143 ]; then
  scontrol requeue "\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
fi
exit "$status"
`;
}

/**
 * Tells whether `sbatch` is installed.
 *
 * @param path Environment variable `PATH`.
 * @returns Whether it is.
 */
export async function hasSlurm(path: string): Promise<boolean> {
  for (const folder of path.split(":").filter((folder) => folder !== "")) {
    const found = await Deno.stat(join(folder, "sbatch")).catch(() =>
      undefined
    );
    if (found?.isFile) return true;
  }
  return false;
}
