/**
 * Trains with several seeds, each in a folder of its own.
 *
 * @module
 */

import { join } from "node:path";
import { print } from "../command_line/print.ts";
import type { Configuration } from "../configuration/schema/types.ts";
import { removeUnfinished, saveFiles } from "../files/atomic_write.ts";
import { findEarlierRun } from "../run/earlier_run.ts";
import {
  type SeedsSummary,
  type SeedSummary,
  SUMMARY_FILE,
} from "../run/files.ts";
import { lockFolder } from "../run/lock.ts";
import { findSeeds, foldSeedOf, seedName, seedsOf } from "../run/seeds.ts";
import { describeSeeds, summariseSeeds } from "./run_summary.ts";
import { type RunOptions, trainRun } from "./train_run.ts";

/**
 * Trains the same folds with consecutive seeds, from the configuration's on.
 *
 * @param configuration The configuration; results go to `seedN` in its folder,
 * and their means to `summary.json` there.
 * @param options Folds, device, program and number of seeds.
 * @returns The results.
 * @throws {RangeError} If the last seed exceeds the range of seeds.
 * @throws {Error} If the folder holds another run, or runs that are not to be
 * resumed.
 * @throws Every error of `trainRun()`.
 */
export async function trainSeeds(
  configuration: Configuration,
  { seeds: count, ...options }: RunOptions & { readonly seeds: number },
): Promise<SeedsSummary> {
  const seeds = seedsOf(configuration, count);
  const folder = configuration.training.path.out;
  const writes = options.ranks.rank === 0;
  using _lock = writes ? await lockFolder(folder) : undefined;
  if (writes) await removeUnfinished(folder);
  // The first rank creates the folder that the others check.
  await options.ranks.meet();
  await requireOwn(folder, options);
  // No rank changes the folder before all have checked it.
  await options.ranks.meet();
  const summaries: SeedSummary[] = [];
  for (const seed of seeds) {
    const out = join(folder, seedName(seed));
    print(`Seed ${seed}, in ${out}`);
    const summary = await trainRun(withSeed(configuration, seed, out), {
      ...options,
      start: seed === seeds[0] ? options.start : performance.now(),
    });
    summaries.push({ seed, ...summary });
  }
  const summary = summariseSeeds(summaries);
  const text = `${JSON.stringify(summary, null, 2)}\n`;
  if (writes) await saveFiles(folder, { [SUMMARY_FILE]: text });
  describeSeeds(summary).forEach(print);
  print(`Results of all seeds are in ${folder}`);
  return summary;
}

/** Changes the seed of a run but keeps the seed of its folds. */
function withSeed(
  configuration: Configuration,
  seed: number,
  out: string,
): Configuration {
  const { training } = configuration;
  return {
    ...configuration,
    training: {
      ...training,
      seed,
      fold_seed: foldSeedOf(configuration),
      path: { ...training.path, out },
    },
  };
}

/**
 * Refuses a folder with another run, or with runs that are not to be resumed.
 */
async function requireOwn(
  folder: string,
  { resume }: Pick<RunOptions, "resume">,
): Promise<void> {
  const seeds = await findSeeds(folder);
  const another = "choose another folder with --out DIR";
  if (seeds.length > 0 && !resume) {
    throw new Error(
      `Cannot start in "${folder}": it holds the runs of several seeds; go on ` +
        `with them, or add to them, with --resume, or ${another}`,
    );
  }
  if (seeds.length === 0 && await findEarlierRun(folder) !== "none") {
    throw new Error(
      `Cannot start in "${folder}": it holds the run of one seed; ${another}`,
    );
  }
}
