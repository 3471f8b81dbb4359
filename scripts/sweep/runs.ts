/**
 * The runs of a sweep: their names, and how each is trained.
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

/** A run of a sweep: one fold of one combination from one seed. */
export interface SweepRun {
  /** Name of its folder in that of the sweep. */
  readonly name: string;
  /** Place of its combination, counted from 0. */
  readonly combination: number;
  /** Values of the keys that differ between runs. */
  readonly values: Combination;
  readonly seed: number;
  /** Fold, counted from 1. */
  readonly fold: number;
}

/** Pattern of values that can be part of a folder's name as they are. */
const PLAIN = /^[\w.+-]{1,40}$/;

/** Largest length of a combination's part of a folder's name. */
const LONGEST = 150;

/**
 * Lists the runs of a sweep. All combinations come once before the next fold or
 * seed, so that they can be compared early.
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
 * Lists the arguments with which `deno task train` trains a run, or goes on
 * with it.
 *
 * @param run The run.
 * @param options Folder and definition of the sweep; `until`, the number of
 * epochs after which to pause, if the run is to be compared before it goes on.
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

/** Names a combination, in parts; draws are numbered, as they may be equal. */
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
