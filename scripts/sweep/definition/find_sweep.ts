/**
 * Finds the sweep that a command goes on with, or begins one.
 *
 * @module
 */

import { findEarlierRun } from "../../run/earlier_run.ts";
import { lockFolder } from "../../run/lock.ts";
import { readSettings } from "./axes.ts";
import { baseOf, defineSweep, type GivenSweep } from "./define_sweep.ts";
import {
  findDefinition,
  requireSame,
  saveDefinition,
  type SweepDefinition,
} from "./definition.ts";

/** How long another sweep may take to begin in the folder, in ms. */
const PATIENCE = 5000;

/**
 * Finds the sweep in a folder, or begins one there.
 *
 * @param folder Folder of the sweep.
 * @param given What the command line says of it; nothing goes on with the sweep
 * that is there.
 * @returns Its definition.
 * @throws {Error} If the folder holds another sweep, or a run, or nothing is
 * given where no sweep is.
 * @throws Every error of `defineSweep()`.
 */
export async function findSweep(
  folder: string,
  given: GivenSweep,
): Promise<SweepDefinition> {
  const found = await findDefinition(folder);
  const { set, ...others } = given;
  const silent = set.length === 0 &&
    Object.values(others).every((value) => value === undefined);
  if (silent) {
    if (found) return found;
    throw new Error(
      `Cannot go on with a sweep in "${folder}": there is none; begin one ` +
        "with --set KEY=VALUE,VALUE, --seeds or --folds",
    );
  }
  const definition = await defineSweep(given).catch((cause) => {
    if (!found || !asksForOther(found, given)) throw cause;
    throw new Error(
      `Cannot begin a sweep in "${folder}": the sweep there has other ` +
        "settings; go on with --out alone, or choose another folder with " +
        "--out DIR",
      { cause },
    );
  });
  // Of two sweeps that begin at once, the second finds the first.
  using _lock = await lockFolder(folder, { patience: PATIENCE });
  const there = await findDefinition(folder);
  if (there) {
    requireSame(folder, there, definition);
    return there;
  }
  const earlier = await findEarlierRun(folder);
  if (earlier !== "none") {
    throw new Error(
      `Cannot begin a sweep in "${folder}": it holds a run; choose another ` +
        "folder with --out DIR",
    );
  }
  await saveDefinition(folder, definition);
  return definition;
}

/** Whether arguments differ from those of a sweep, data and defaults aside. */
function asksForOther(
  { base, set, axes }: SweepDefinition,
  { set: given, ...chosen }: GivenSweep,
): boolean {
  const settings = readSettings(given);
  const wanted = baseOf(chosen);
  return JSON.stringify(settings) !== JSON.stringify({ fixed: set, axes }) ||
    wanted.some((word) => !base.includes(word)) ||
    ["--config", "--data"].some((flag) =>
      base.includes(flag) && !wanted.includes(flag)
    );
}
