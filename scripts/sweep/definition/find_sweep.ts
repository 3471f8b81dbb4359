/**
 * Finds the sweep that a command continues, or begins one.
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

/** Time that another process has to begin a sweep in the folder, in ms. */
const PATIENCE = 5000;

/**
 * Finds the sweep in a folder, or begins one there.
 *
 * @param folder Folder of the sweep.
 * @param given Options on the command line; none continue the existing sweep.
 * @returns Its definition.
 * @throws {Error} If the folder holds another sweep or a run, or there is no
 * sweep and no option is given.
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
  // If two processes begin at once, the second finds the first one's sweep.
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

/** Whether arguments differ from a sweep's, ignoring data and defaults. */
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
