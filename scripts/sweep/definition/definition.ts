/**
 * Definition of a sweep, and its file.
 *
 * @module
 */

import { join } from "node:path";
import * as v from "npm:valibot@1.5.0";
import { saveFiles } from "../../files/atomic_write.ts";
import { readIfThere } from "../../run/earlier_run.ts";
import { SWEEP_FILE } from "../../run/files.ts";
import { differenceOf } from "../../run/identity.ts";
import { type Axis, isList } from "./axes.ts";
import type { Combination } from "./combinations.ts";

/** A round of successive halving. */
export interface Rung {
  /** Number of combinations, the best of the previous round. */
  readonly combinations: number;
  /** Epochs after which they are compared. */
  readonly epochs: number;
}

/** A search over ranges. */
export interface Search {
  /** Method of finding combinations. */
  readonly kind: "random" | "halving";
  /** Number of combinations drawn. */
  readonly runs: number;
  /** Seed of the draws. */
  readonly seed: number;
  /** Rounds of successive halving; other searches have one. */
  readonly rungs: readonly Rung[];
}

/** A sweep, with everything that its runs depend on. */
export interface SweepDefinition {
  /** Arguments of `deno task train` that choose the configuration. */
  readonly base: readonly string[];
  /** Settings that all runs share, each `key=value`. */
  readonly set: readonly string[];
  /** The keys that differ between runs. */
  readonly axes: readonly Axis[];
  /** All combinations of values, or those drawn. */
  readonly combinations: readonly Combination[];
  /** Seeds of the runs of each combination. */
  readonly seeds: readonly number[];
  /** Seed of the folds. */
  readonly foldSeed: number;
  /** Folds to train, counted from 1. */
  readonly folds: readonly number[];
  /** The search; without one, all combinations are trained. */
  readonly search?: Search;
  /** The shared configuration: settings and paths of data, as text by key. */
  readonly configuration: Readonly<Record<string, string>>;
}

const COUNT = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const SEED = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const TEXTS = v.array(v.string());

const DEFINITION = v.object({
  base: TEXTS,
  set: TEXTS,
  axes: v.array(v.union([
    v.object({ key: v.string(), values: TEXTS }),
    v.object({
      key: v.string(),
      from: v.number(),
      to: v.number(),
      log: v.boolean(),
      whole: v.boolean(),
    }),
  ])),
  combinations: v.pipe(
    v.array(v.record(v.string(), v.string())),
    v.minLength(1),
  ),
  seeds: v.pipe(v.array(SEED), v.minLength(1)),
  foldSeed: SEED,
  folds: v.pipe(v.array(COUNT), v.minLength(1)),
  search: v.optional(v.object({
    kind: v.picklist(["random", "halving"]),
    runs: COUNT,
    seed: SEED,
    rungs: v.array(v.object({ combinations: COUNT, epochs: COUNT })),
  })),
  configuration: v.record(v.string(), v.string()),
});

/**
 * Reads the definition of the sweep in a folder.
 *
 * @param folder The folder.
 * @returns The definition; `undefined` if there is none.
 * @throws {Error} If it is damaged, or cannot be read.
 */
export async function findDefinition(
  folder: string,
): Promise<SweepDefinition | undefined> {
  const path = join(folder, SWEEP_FILE);
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  try {
    return v.parse(DEFINITION, JSON.parse(text));
  } catch (cause) {
    throw new Error(`Cannot use "${path}": it is no definition of a sweep`, {
      cause,
    });
  }
}

/**
 * Reads the definition of a sweep.
 *
 * @param folder The folder of the sweep.
 * @returns The definition.
 * @throws {Error} If there is none, or it cannot be used.
 */
export async function readDefinition(folder: string): Promise<SweepDefinition> {
  const definition = await findDefinition(folder);
  if (definition) return definition;
  throw new Error(
    `Cannot use sweep "${folder}": it has no ${SWEEP_FILE}, which ` +
      '"deno task sweep" writes',
  );
}

/**
 * Writes the definition of a sweep.
 *
 * @param folder The folder of the sweep; it is made if it is missing.
 * @param definition The definition.
 * @throws {Error} If it cannot be written.
 */
export async function saveDefinition(
  folder: string,
  definition: SweepDefinition,
): Promise<void> {
  const text = `${JSON.stringify(definition, null, 2)}\n`;
  await saveFiles(folder, { [SWEEP_FILE]: text });
}

/**
 * Refuses to continue a sweep under another definition.
 *
 * @param folder The folder of the sweep.
 * @param found Its definition.
 * @param wanted The requested definition.
 * @throws {Error} If they differ; the message has the first difference.
 */
export function requireSame(
  folder: string,
  found: SweepDefinition,
  wanted: SweepDefinition,
): void {
  const difference = differenceOf(identityOf(found), identityOf(wanted));
  if (difference === undefined) return;
  throw new Error(
    `Cannot go on with the sweep in "${folder}": ${difference}; choose ` +
      "another folder with --out DIR",
  );
}

/** Lists everything that a sweep's runs depend on, as text by name. */
function identityOf(
  { configuration, axes, seeds, foldSeed, folds, search }: SweepDefinition,
): Record<string, string> {
  return {
    ...configuration,
    ...Object.fromEntries(axes.map((axis) => [axis.key, describeAxis(axis)])),
    "seed of folds": String(foldSeed),
    "--seeds": seeds.join(","),
    "--folds": folds.join(","),
    "--search": search?.kind ?? "none",
    "--runs": String(search?.runs ?? "none"),
    "seed of the search": String(search?.seed ?? "none"),
  };
}

/** Formats the values of a key as on the command line. */
function describeAxis(axis: Axis): string {
  if (isList(axis)) return axis.values.join(",");
  return `${axis.from}..${axis.to}${axis.log ? ":log" : ""}`;
}
