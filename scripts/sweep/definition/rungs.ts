/**
 * Successive halving: all combinations train for a few epochs, the better half
 * for twice as many, and so on.
 *
 * @module
 */

import type { Rung } from "./definition.ts";

/**
 * Plans the rounds of successive halving.
 *
 * @param combinations Number of combinations in the first round.
 * @param epochs Epochs of the last round, that is, of a complete training.
 * @returns The rounds.
 *
 * @example
 * ```ts
 * import { planRungs } from "./rungs.ts";
 * const rungs = planRungs(8, 20).map(({ combinations, epochs }) =>
 *   `${combinations} for ${epochs}`
 * );
 * const expected = "8 for 3,4 for 5,2 for 10,1 for 20";
 * if (`${rungs}` !== expected) throw new Error(`${rungs}`);
 * ```
 */
export function planRungs(combinations: number, epochs: number): Rung[] {
  const halvings = Math.floor(Math.log2(Math.max(
    1,
    Math.min(
      ...[combinations, epochs],
    ),
  )));
  return Array.from({ length: halvings + 1 }, (_, n) => ({
    combinations: Math.ceil(combinations / 2 ** n),
    epochs: Math.ceil(epochs / 2 ** (halvings - n)),
  }));
}
