/**
 * Makes the definition of a sweep from a command line, and checks all of it
 * before training.
 *
 * @module
 */

import { resolve } from "node:path";
import { counted } from "../../../dataset/files/counted.ts";
import { isUrl } from "../../../dataset/files/file_path.ts";
import { ReadThreads } from "../../../dataset/store/read_threads.ts";
import {
  type GivenConfiguration,
  readChosen,
} from "../../command_line/configuration_arguments.ts";
import { print, warn } from "../../command_line/print.ts";
import type { Configuration } from "../../configuration/schema/types.ts";
import { epochsOf } from "../../configuration/training.ts";
import { chooseFolds } from "../../experiment/choose_folds.ts";
import type { Fold } from "../../experiment/fold.ts";
import { openFolds } from "../../experiment/folds.ts";
import { settingsOf } from "../../run/identity.ts";
import { foldSeedOf, seedsOf } from "../../run/seeds.ts";
import { type Axis, isList, readSettings } from "./axes.ts";
import { type Combination, combine, draw } from "./combinations.ts";
import type { Search, SweepDefinition } from "./definition.ts";
import { planRungs } from "./rungs.ts";

/** Options of a sweep. */
export interface GivenSweep extends GivenConfiguration {
  /** Number of seeds; 1 if left out. */
  readonly seeds?: number;
  /** Comma-separated folds; all if left out. */
  readonly folds?: string;
  /** Method of the search. */
  readonly search?: Search["kind"];
  /** Number of combinations to draw. */
  readonly runs?: number;
}

/** Largest number of runs of a sweep. */
const MOST = 10_000;

/**
 * Makes a definition.
 *
 * @param given Options on the command line.
 * @returns The definition.
 * @throws {RangeError} If values, seeds, folds or a search cannot be used.
 * @throws {ConfigurationError} If a combination is not a valid configuration.
 * @throws Every error of `openFolds()`.
 */
export async function defineSweep(given: GivenSweep): Promise<SweepDefinition> {
  const { config, recipe, data, set } = given;
  const { fixed, axes } = readSettings(set);
  const chosen = { config, recipe, data };
  const { configuration, recipe: used } = await readChosen({
    ...chosen,
    set: fixed,
  });
  requireSearch(given, axes);
  const { seed } = configuration.training;
  const { search: kind, runs = 0 } = given;
  const combinations = kind === undefined
    ? combine(axes.filter(isList))
    : draw(axes, { runs, seed });
  const seeds = seedsOf(configuration, given.seeds ?? 1);
  requireCount(combinations.length * seeds.length);
  const configurations: Configuration[] = [];
  for (const combination of combinations) {
    const values = Object.entries(combination).map((entry) => entry.join("="));
    const { configuration } = await readChosen({
      ...chosen,
      set: [...fixed, ...values],
    });
    configurations.push(configuration);
  }
  if (kind === undefined) requireDifferent(combinations, configurations);
  const folds = await findFolds(configurations[0], given);
  requireCount(combinations.length * seeds.length * folds.length);
  const samples = folds[0].train.size;
  const epochs = Math.max(
    ...configurations.map((configuration) => epochsOf(configuration, samples)),
  );
  return {
    base: baseOf({ config, recipe: used, data }),
    set: fixed,
    axes,
    combinations,
    seeds,
    foldSeed: foldSeedOf(configuration),
    folds: folds.map(({ number }) => number),
    search: kind && {
      kind,
      runs,
      seed,
      rungs: kind === "halving"
        ? planRungs(runs, epochs)
        : [{ combinations: runs, epochs }],
    },
    configuration: { ...settingsOf(configuration), ...pathsOf(configuration) },
  };
}

/**
 * Lists the arguments that choose a configuration.
 *
 * @param given File, recipe and data, if given.
 * @returns The arguments, with absolute paths.
 */
export function baseOf(
  { config, recipe, data }: Pick<GivenSweep, "config" | "recipe" | "data">,
): string[] {
  return [
    ...(config === undefined ? [] : ["--config", resolve(config)]),
    ...(recipe === undefined ? [] : ["--recipe", recipe]),
    ...(data === undefined
      ? []
      : ["--data", isUrl(data) ? data : resolve(data)]),
  ];
}

/** Requires the options of a search, and refuses them without one. */
function requireSearch(
  { search, runs }: GivenSweep,
  axes: readonly Axis[],
): void {
  const range = axes.find((axis) => !isList(axis));
  if (search === undefined) {
    const needs = range ? `${range.key} has a range` : "--runs is given";
    if (!range && runs === undefined) return;
    throw new RangeError(
      `Cannot sweep: ${needs}, which is for --search random or halving`,
    );
  }
  if (axes.length === 0) {
    throw new RangeError(
      "Cannot search: no key has values or a range, such as --set " +
        "training.lr=0.0005..0.01:log",
    );
  }
  if (runs === undefined) {
    throw new RangeError(
      `Cannot search: --search ${search} needs a number of combinations, ` +
        "such as --runs 20",
    );
  }
}

function requireCount(count: number): void {
  if (count <= MOST) return;
  throw new RangeError(
    `Cannot sweep: ${counted(count, "run")}, expected ${MOST} at most`,
  );
}

/** Requires that no two combinations of a grid are the same configuration. */
function requireDifferent(
  combinations: readonly Combination[],
  configurations: readonly Configuration[],
): void {
  const known = new Map<string, Combination>();
  for (const [place, configuration] of configurations.entries()) {
    const { out: _out, ...paths } = configuration.training.path;
    const training = { ...configuration.training, path: paths };
    const text = JSON.stringify({ ...configuration, training });
    const combination = combinations[place];
    const other = known.get(text);
    if (other !== undefined) {
      const [one, two] = [other, combination].map((values) =>
        Object.entries(values).map((entry) => entry.join("=")).join(" ")
      );
      throw new RangeError(`Cannot sweep: ${one} and ${two} are the same`);
    }
    known.set(text, combination);
  }
}

/** Opens the data of a configuration, and chooses folds. */
async function findFolds(
  configuration: Configuration,
  { folds: wanted, search }: GivenSweep,
): Promise<Fold[]> {
  using threads = new ReadThreads();
  const all = await openFolds(configuration, {
    validation: true,
    threads,
    onFound: print,
    onDoubt: warn,
  });
  const data = configuration.data !== undefined;
  const folds = chooseFolds(all, { wanted, data });
  if (search === "halving" && folds.some(({ validation }) => !validation)) {
    throw new RangeError(
      "Cannot search by halving: the data have no validation set to compare by",
    );
  }
  return folds;
}

/** Lists the paths of the data. */
function pathsOf({ training, data }: Configuration): Record<string, string> {
  const { out: _out, cache: _cache, ...paths } = training.path;
  const all = data === undefined
    ? Object.entries(paths).map(([key, path]) => [`training.path.${key}`, path])
    : [["data.path", data.path]];
  return Object.fromEntries(all.filter(([, path]) => path !== undefined));
}
