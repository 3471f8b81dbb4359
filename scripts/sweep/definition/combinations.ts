/**
 * Combinations of values that a sweep tries.
 *
 * @module
 */

import { Random } from "../../../engine/network/random.ts";
import { type Axis, isList, type ListAxis, type RangeAxis } from "./axes.ts";

/** One value per key, in YAML. */
export type Combination = Readonly<Record<string, string>>;

/** Significant digits of drawn numbers. */
const DIGITS = 3;

/**
 * Lists all combinations of the values of keys; the last key varies fastest.
 *
 * @param axes The keys, with lists of values.
 * @returns The combinations; a single empty one without keys.
 *
 * @example
 * ```ts
 * import { combine } from "./combinations.ts";
 * const all = combine([
 *   { key: "a", values: ["1", "2"] },
 *   { key: "b", values: ["3", "4"] },
 * ]);
 * if (all.length !== 4 || all[1].b !== "4") throw new Error(`${all.length}`);
 * ```
 */
export function combine(axes: readonly ListAxis[]): Combination[] {
  return axes.reduce<Combination[]>(
    (combinations, { key, values }) =>
      combinations.flatMap((combination) =>
        values.map((value) => ({ ...combination, [key]: value }))
      ),
    [{}],
  );
}

/**
 * Draws combinations at random, reproducibly. The first ones do not depend on
 * the number drawn.
 *
 * @param axes The keys, with ranges or lists of values.
 * @param options Number of combinations, and the seed.
 * @returns The combinations.
 *
 * @example
 * ```ts
 * import { draw } from "./combinations.ts";
 * const axis = { key: "lr", from: 0.001, to: 0.1, log: true, whole: false };
 * const [{ lr }] = draw([axis], { runs: 1, seed: 0 });
 * if (!(Number(lr) >= 0.001 && Number(lr) <= 0.1)) throw new Error(lr);
 * ```
 */
export function draw(
  axes: readonly Axis[],
  { runs, seed }: { readonly runs: number; readonly seed: number },
): Combination[] {
  // Stream 0 starts alike for all small seeds.
  const random = new Random(seed, 1);
  return Array.from(
    { length: runs },
    () =>
      Object.fromEntries(
        axes.map((axis) => [axis.key, drawValue(axis, random.uniform())]),
      ),
  );
}

/** Maps a uniform number in [0, 1) to a value. */
function drawValue(axis: Axis, uniform: number): string {
  return isList(axis)
    ? axis.values[Math.floor(uniform * axis.values.length)]
    : String(drawNumber(axis, uniform));
}

function drawNumber(
  { from, to, log, whole }: RangeAxis,
  uniform: number,
): number {
  // An interval of width 1 around each integer.
  const [low, high] = whole ? [from - 0.5, to + 0.5] : [from, to];
  const value = log
    ? Math.exp(Math.log(low) * (1 - uniform) + Math.log(high) * uniform)
    : low + (high - low) * uniform;
  const rounded = whole ? Math.round(value) : Number(value.toPrecision(DIGITS));
  // Rounding may leave the range.
  return Math.min(Math.max(rounded, from), to);
}
