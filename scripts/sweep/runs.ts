/**
 * Names and training arguments of a sweep's runs.
 *
 * @module
 */

import { join } from "node:path";
import { isList } from "./definition/axes.ts";
import type { Combination } from "./definition/combinations.ts";
import type { SweepDefinition } from "./definition/definition.ts";

/** A sweep: its folder and definition. */
export interface Sweep {
  readonly folder: string;
  readonly definition: SweepDefinition;
}

/** A run of a sweep: one combination, seed and fold. */
export interface SweepRun {
  /** Name of its folder in the sweep's folder. */
  readonly name: string;
  /** Index of its combination. */
  readonly combination: number;
  /** Values of the keys that differ between runs. */
  readonly values: Combination;
  readonly seed: number;
  /** Fold, counted from 1. */
  readonly fold: number;
}

/** Values that can be part of a folder name unchanged. */
const PLAIN = /^[\w.+-]{1,40}$/;

/** Largest length of a combination in a folder name. */
const LONGEST = 150;

/**
 * Lists the runs of a sweep, ordered by seed, fold, then combination, so that
 * all combinations can be compared early.
 *
 * @param definition The sweep.
 * @returns The runs.
 */
export function runsOf(definition: SweepDefinition): SweepRun[] {
  const { combinations, seeds, folds } = definition;
  const names = combinations.map((values, place) =>
    nameOf(values, place, definition)
  );
  return seeds.flatMap((seed) =>
    folds.flatMap((fold) =>
      combinations.map((values, combination) => ({
        name: [
          ...names[combination],
          ...(seeds.length > 1 ? [`seed=${seed}`] : []),
          ...(folds.length > 1 ? [`fold=${fold}`] : []),
        ].join(",") || "run",
        combination,
        values,
        seed,
        fold,
      }))
    )
  );
}

/**
 * Lists the arguments of `deno task train` that start or resume a run.
 *
 * @param run The run.
 * @param options Folder and definition of the sweep; `until`, the number of
 * epochs after which the run pauses to be compared.
 * @returns The arguments.
 */
export function trainArguments(
  { name, values, seed, fold }: SweepRun,
  { folder, definition: { base, set, foldSeed }, until }: {
    readonly folder: string;
    readonly definition: SweepDefinition;
    readonly until?: number;
  },
): string[] {
  const settings = [
    ...set,
    `training.seed=${seed}`,
    `training.fold_seed=${foldSeed}`,
    ...Object.entries(values).map((entry) => entry.join("=")),
  ];
  return [
    ...base,
    ...settings.flatMap((setting) => ["--set", setting]),
    ...["--folds", String(fold), "--out", join(folder, name)],
    ...(until === undefined ? [] : ["--until", String(until)]),
    "--resume",
  ];
}

/**
 * Names a combination, in parts; drawn ones are numbered, as they may be equal.
 */
function nameOf(
  values: Combination,
  place: number,
  { axes, search }: SweepDefinition,
): string[] {
  const number = String(place + 1).padStart(String(search?.runs).length, "0");
  const parts = axes.map((axis) => {
    const value = values[axis.key];
    if (PLAIN.test(value)) return `${axis.key}=${value}`;
    const nth = isList(axis) ? axis.values.indexOf(value) + 1 : 0;
    return `${axis.key}=value${nth}`;
  });
  const fits = parts.join(",").length <= LONGEST;
  return [
    ...(search || !fits ? [number] : []),
    ...(fits ? parts : []),
  ];
}
