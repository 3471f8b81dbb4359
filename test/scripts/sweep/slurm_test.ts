import assert from "node:assert/strict";
import { join } from "node:path";
import { withFiles } from "../../dataset/layouts/recordings.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { outcomeOf } from "../run/resume_runs.ts";
import { gestures } from "../training/gestures.ts";
import { type Cluster, startCluster } from "./slurm_cluster.ts";
import { logOf, resultsOf, smallNetwork, sweep } from "./sweeps.ts";

/** Lines of the script that this small cluster has other values for. */
const EDITS: readonly [string, string][] = [
  ["#SBATCH --cpus-per-task=4", "#SBATCH --cpus-per-task=1"],
  ["#SBATCH --mem=8G", "#SBATCH --mem=200M"],
  ["#SBATCH --gpus=1", "##SBATCH --gpus=1"],
  ["##SBATCH --partition=gpu", "#SBATCH --partition=all"],
];

/**
 * Arguments of a sweep of eight runs. The first are long enough for what
 * befalls them.
 */
const argsFor = (folder: string, out: string) => [
  ...[...smallNetwork(folder), "--folds", "1", "--out", join(folder, out)],
  ...["--set", "training.epochs=60,61,40,41,2,3,4,5"],
];

/** Waits until something is so. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!await isSo()) await new Promise((done) => setTimeout(done, 100));
}

/** Writes the script of a sweep, and edits it as a user does. */
async function writeScript(folder: string): Promise<string> {
  const lines = await sweep(...argsFor(folder, "cluster"), "--slurm");
  const script = join(folder, "cluster", "slurm.sh");
  assert(lines.at(-1)!.endsWith(`then: sbatch ${script}`), lines.join("\n"));
  let text = await Deno.readTextFile(script);
  for (const [from, to] of EDITS) {
    assert(text.includes(`\n${from}\n`), from);
    text = text.replace(`\n${from}\n`, `\n${to}\n`);
  }
  await Deno.writeTextFile(script, text);
  return script;
}

/** Whether jobs are queued or run: those of the array, or a place in it. */
async function areLeft(cluster: Cluster, jobs: string): Promise<boolean> {
  const left = await cluster.run("squeue", "--noheader", "--jobs", jobs);
  return left !== "";
}

if (Deno.env.get("SLAYER_SLURM") === "1") {
  gpuTest(
    "an array of eight runs on Slurm gives the bits of this machine",
    () =>
      withFiles(gestures(), async (folder) => {
        await sweep(...argsFor(folder, "local"), "--jobs", "2");
        const out = join(folder, "cluster");
        const script = await writeScript(folder);
        await using cluster = await startCluster();
        const job = await cluster.run("sbatch", "--parsable", script);

        // Four begin: one is cancelled, one is told that its time is up, and
        // the two of the other node go where these were.
        const names = (await resultsOf(out)).runs.map(({ name }) => name);
        const prints = (n: number, text: string) =>
          until(() =>
            logOf(join(out, names[n])).then(
              (log) => log.includes(text),
              () => false,
            )
          );
        await prints(0, "fold 1 epoch 2 ");
        await cluster.run("scancel", `${job}_0`);
        await prints(1, "fold 1 epoch 2 ");
        {
          // It signals again and again, long after the job has stopped.
          await using _scancel = cluster.start(
            "scancel",
            ...["--batch", "--signal=USR1", `${job}_1`],
          );
          await prints(1, "Stopped, to go on with: ");
        }
        await cluster.run(
          "scontrol",
          ...["update", "nodename=n1", "state=drain", "reason=test"],
        );
        for (const place of [2, 3]) {
          await cluster.run("scontrol", "requeue", `${job}_${place}`);
        }
        await until(async () => !await areLeft(cluster, `${job}_0`));
        await cluster.run("scontrol", "requeue", `${job}_0`);
        await until(async () => !await areLeft(cluster, job));
        // A job may run and end between two looks; Slurm remembers where it ran.
        for (const place of [0, 1, 2, 3]) {
          const record = await cluster.run(
            "scontrol",
            ...["--oneliner", "show", "job", `${job}_${place}`],
          );
          assert.match(record, / Restarts=[1-9]/);
          assert.match(record, / NodeList=n0 /);
        }

        const { states } = await resultsOf(out);
        assert.equal(states.done, 8);
        for (const [n, name] of names.entries()) {
          assert.deepEqual(
            await outcomeOf(join(out, name)),
            await outcomeOf(join(folder, "local", name)),
          );
          const log = await logOf(join(out, name));
          const starts = log.match(/^\$ deno task train /gm)!.length;
          const anew = log.match(/: starting anew$/gm)!.length;
          if (n < 2) assert.deepEqual([starts, anew], [2, 1], log);
        }
      }),
  );
}
