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

/** Arguments of a sweep of eight runs. */
const argsFor = (folder: string, out: string) => [
  ...[...smallNetwork(folder), "--set", "training.epochs=40"],
  ...["--set", "training.lr=0.001,0.01", "--seeds", "2", "--folds", "1,2"],
  ...["--out", join(folder, out)],
];

/** Waits until something is so. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!await isSo()) await new Promise((done) => setTimeout(done, 500));
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

/** States of the jobs that are queued or run, by their places in the array. */
async function jobsOf(cluster: Cluster): Promise<Map<string, string>> {
  const text = await cluster.run(
    "squeue",
    ...["--noheader", "--array", "--format=%K %T %N"],
  );
  return new Map(
    text.split("\n").filter((line) => line !== "").map((line) => {
      const [place, ...state] = line.split(" ");
      return [place, state.join(" ")];
    }),
  );
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

        // Four at a time: one is cancelled, one is told that its time is up, and
        // all of a node go elsewhere.
        const names = (await resultsOf(out)).runs.map(({ name }) => name);
        const begun = (n: number) =>
          logOf(join(out, names[n])).then(
            (log) => log.includes("fold 1 epoch 2 "),
            () => false,
          );
        await until(() => begun(0));
        await until(() => begun(1));
        const before = await jobsOf(cluster);
        assert.equal(
          [...before.values()].filter((state) => state.startsWith("RUNNING"))
            .length,
          4,
        );
        await cluster.run("scancel", `${job}_0`);
        // It tries twice, and complains if the job has ended at the first time.
        await cluster.run("scancel", "--batch", "--signal=USR1", `${job}_1`)
          .catch(() => {});
        await cluster.run(
          "scontrol",
          ...["update", "nodename=n1", "state=drain", "reason=test"],
        );
        const moved = [...before].filter(([, state]) => state === "RUNNING n1");
        assert.equal(moved.length, 2);
        for (const [place] of moved) {
          await cluster.run("scontrol", "requeue", `${job}_${place}`);
        }
        await until(async () => !(await jobsOf(cluster)).has("0"));
        await cluster.run("scontrol", "requeue", `${job}_0`);
        await until(async () => (await jobsOf(cluster)).size === 0);
        // A job may run and end between two looks; Slurm remembers where it ran.
        for (const place of ["0", "1", ...moved.map(([place]) => place)]) {
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
