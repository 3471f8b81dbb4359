/**
 * `deno task sweep`: trains combinations of settings, seeds and folds.
 *
 * @module
 */

import {
  choice,
  integer,
  message,
  option,
  string,
} from "npm:@optique/core@1.3.6";
import { resolve } from "node:path";
import { counted } from "../../dataset/files/counted.ts";
import { runCommand } from "../command_line/command.ts";
import { CONFIGURATION_ARGUMENTS } from "../command_line/configuration_arguments.ts";
import { print, warn } from "../command_line/print.ts";
import { quote } from "../command_line/quote.ts";
import { listCards } from "../device/cards.ts";
import { findAdapter } from "../device/adapter.ts";
import { findSweep } from "../sweep/definition/find_sweep.ts";
import { jobCount } from "../sweep/job_count.ts";
import { runHere } from "../sweep/run_here.ts";
import { runsOf } from "../sweep/runs.ts";
import { readShare, SHARE_VARIABLES, takeShare } from "../sweep/share.ts";
import { hasSlurm, saveSlurmScript } from "../sweep/slurm_script.ts";

await runCommand({
  name: "deno task sweep",
  summary:
    "Trains combinations of settings, seeds and folds, each in a folder.",
  examples: [
    "deno task sweep --recipe modern --set training.lr=0.001,0.003 --seeds 5",
    "deno task sweep --out output/sweep",
    "deno task sweep --data gestures --set training.lr=0.0005..0.01:log " +
    "--search halving --runs 20 --folds 1",
    "deno task sweep --recipe modern --seeds 5 --slurm",
  ],
  parameters: {
    ...CONFIGURATION_ARGUMENTS,
    set: option("--set", string({ metavar: "KEY=V,V" }), {
      description:
        message`Change a value of the configuration, or try several: V,V or, in a search, LOW..HIGH or LOW..HIGH:log`,
    }).multiple(),
    seeds: option("--seeds", integer({ metavar: "N", min: 1, max: 1000 }), {
      description: message`Number of seeds to train, from training.seed on [1]`,
    }).optional(),
    folds: option("--folds", string({ metavar: "N,N" }), {
      description: message`Folds to train, counted from 1 [all]`,
    }).optional(),
    search: option("--search", choice(["random", "halving"]), {
      description:
        message`Draw combinations at random, from training.seed; halving trains all a little, the better half of them twice as long, and so on`,
    }).optional(),
    runs: option("--runs", integer({ metavar: "N", min: 1 }), {
      description: message`Number of combinations that a search draws`,
    }).optional(),
    out: option("--out", string({ metavar: "DIR" }), {
      description: message`Folder of the sweep; an existing sweep is continued`,
    }).withDefault("output/sweep"),
    jobs: option("--jobs", integer({ metavar: "N", min: 1 }), {
      description:
        message`Runs that train at once [by memory, cores and adapter]`,
    }).optional(),
    slurm: option("--slurm", {
      description:
        message`Write a script for sbatch, with a job for each run, and stop`,
    }),
  },
}, async ({ out, jobs, slurm, ...given }) => {
  const share = readShare(Object.fromEntries(
    SHARE_VARIABLES.map((name) => [name, Deno.env.get(name)]),
  ));
  const folder = resolve(out);
  const definition = await findSweep(folder, given);
  const runs = runsOf(definition);
  if (slurm) {
    const script = await saveSlurmScript({ folder, definition }, {
      project: Deno.cwd(),
      deno: Deno.execPath(),
    });
    print(
      `Edit ${script} as your cluster wants it, then: sbatch ${quote(script)}`,
    );
    if (!await hasSlurm(Deno.env.get("PATH") ?? "")) {
      warn("no sbatch on this machine: submit the script where Slurm is");
    }
    return;
  }
  const cards = listCards();
  const atOnce = jobs ?? await findJobCount(cards.length);
  print(
    `${counted(runs.length, "run")} in ${folder}, ${atOnce} at once` +
      (share ? `; job ${share.index} of an array` : ""),
  );
  if (share && takeShare(runs, share).length === 0) {
    warn(`job ${share.index} of the array has no run`);
  }
  await runHere({ folder, definition }, {
    jobs: atOnce,
    cards,
    share,
    command: `deno task sweep --out ${quote(folder)}`,
  });
  print(`Results: deno task results ${quote(folder)}`);
});

async function findJobCount(cards: number): Promise<number> {
  const adapter = await findAdapter();
  return jobCount({
    cores: navigator.hardwareConcurrency,
    memory: Deno.systemMemoryInfo().available,
    cards: adapter?.endsWith("hardware") ? Math.max(1, cards) : 0,
  });
}
