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
 * @param combinations Number of combinations of the first round.
 * @param epochs Epochs of the last round, those of a whole training.
 * @returns The rounds.
 *
 * @example
 * ```ts
 * import { planRungs } from "./halving.ts";
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

/** What a combination has come to on validation sets, at an epoch. */
export interface Score {
  /** Mean accuracy; -Infinity if a run of the combination failed. */
  readonly accuracy: number;
  /** Mean loss. */
  readonly loss: number;
}

/**
 * Chooses the best of some combinations: of higher validation accuracy, or of
 * lower loss where accuracies are equal, or else the first.
 *
 * @param scores The scores of the combinations, by their places.
 * @param count How many to choose.
 * @returns Places of the chosen ones, the best first.
 *
 * @example
 * ```ts
 * import { bestOf } from "./halving.ts";
 * const scores = [0.5, 0.9, 0.7].map((accuracy) => ({ accuracy, loss: 1 }));
 * const best = bestOf(new Map(scores.entries()), 2);
 * if (`${best}` !== "1,2") throw new Error(`${best}`);
 * ```
 */
export function bestOf(
  scores: ReadonlyMap<number, Score>,
  count: number,
): number[] {
  return [...scores].sort(([m, a], [n, b]) =>
    compare(b.accuracy, a.accuracy) || compare(a.loss, b.loss) || m - n
  ).slice(0, count).map(([place]) => place);
}

/** Orders numbers, also infinite ones, whose difference is none. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
