/**
 * Seeds of several runs, and their folders.
 *
 * @module
 */

import { join } from "node:path";
import type { Configuration } from "../configuration/schema/types.ts";
import { METRICS_FILE, SWEEP_FILE } from "./files.ts";

/** Seeds are below this, so that a seed plus 1 fits 32 bits. */
const SEEDS_END = 2 ** 32 - 1;

/** Pattern of the name of the folder of a seed's run. */
const NAME = /^seed(\d+)$/;

/**
 * Lists the seeds of several runs: consecutive numbers, from the
 * configuration's seed on.
 *
 * @param configuration The configuration.
 * @param count Number of seeds.
 * @returns The seeds.
 * @throws {RangeError} If the last one exceeds the range of seeds.
 */
export function seedsOf(
  { training: { seed: first } }: Configuration,
  count: number,
): number[] {
  if (first + count > SEEDS_END) {
    throw new RangeError(
      `Cannot train ${count} seeds from ${first} on: seeds are at most ` +
        `${SEEDS_END - 1}`,
    );
  }
  return Array.from({ length: count }, (_, n) => first + n);
}

/**
 * Returns the seed of the folds, which runs with different seeds share.
 *
 * @param configuration The configuration.
 * @returns The seed.
 */
export function foldSeedOf({ training }: Configuration): number {
  return training.fold_seed ?? training.seed;
}

/**
 * Names the folder of a seed's run.
 *
 * @param seed The seed.
 * @returns Its name.
 */
export function seedName(seed: number): string {
  return `seed${seed}`;
}

/**
 * Finds the runs of several seeds in a folder.
 *
 * @param folder The folder, which may not exist.
 * @returns Names of their folders, by seed.
 */
export async function findSeeds(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  const names = entries.map(({ name }) => name).filter((name) =>
    NAME.test(name)
  );
  const runs = await Promise.all(names.map(async (name) => {
    const path = join(folder, name, METRICS_FILE);
    return await Deno.stat(path).then(() => [name], () => []);
  }));
  const seedOf = (name: string) => Number(NAME.exec(name)![1]);
  return runs.flat().sort((a, b) => seedOf(a) - seedOf(b));
}

/**
 * Tells whether a folder contains a sweep.
 *
 * @param folder The folder, which may not exist.
 * @returns Whether it has the definition of a sweep.
 */
export async function isSweep(folder: string): Promise<boolean> {
  return await Deno.stat(join(folder, SWEEP_FILE)).then(
    () => true,
    () => false,
  );
}

/**
 * Requires that a folder does not hold several runs or a sweep.
 *
 * @param folder The folder.
 * @throws {Error} If it holds several runs.
 */
export async function requireOneRun(folder: string): Promise<void> {
  if (await isSweep(folder)) {
    const run = await firstRunIn(folder);
    throw new Error(
      `Cannot use run "${folder}": it holds the runs of a sweep; choose one ` +
        "of its folders" + (run ? `, such as "${join(folder, run)}"` : ""),
    );
  }
  const [first] = await findSeeds(folder);
  if (first === undefined) return;
  throw new Error(
    `Cannot use run "${folder}": it holds the runs of several seeds; choose ` +
      `one, such as "${join(folder, first)}"`,
  );
}

/** Name of the first folder of a sweep that has results. */
async function firstRunIn(folder: string): Promise<string | undefined> {
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  for (const { name } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = join(folder, name, METRICS_FILE);
    if (await Deno.stat(path).then(() => true, () => false)) return name;
  }
  return undefined;
}
