/**
 * Combinations of a sweep, as shown in charts.
 *
 * @module
 */

import { COLOURS } from "../theme.ts";

/** A key that a sweep varies. */
export interface SweepKey {
  /** Key of the configuration in dots, such as `training.lr`. */
  readonly key: string;
  /**
   * Its values in the order of the axis; `undefined` for numbers from a range.
   */
  readonly values?: readonly string[];
  /** Whether numbers from a range have a logarithmic axis. */
  readonly log?: boolean;
}

/** A combination of values and its validation accuracy. */
export interface SweepPoint {
  /** Value of each key, by the key. */
  readonly values: Readonly<Record<string, string>>;
  /** Mean validation accuracy over seeds and folds, a fraction. */
  readonly accuracy: number;
  /** Standard deviation of the accuracy. */
  readonly deviation: number;
  /** Whether it is the best combination. */
  readonly best: boolean;
}

/** Title of axes that show the accuracy. */
export const ACCURACY = "validation accuracy (%)";

/** Subtitle of the charts of combinations. */
export const SPREAD = "mean and standard deviation over seeds and folds";

/**
 * Returns the range of an axis of accuracies, in steps of 5 %.
 *
 * @param points Combinations, at least one.
 * @returns Both ends in %; the range includes all means and deviations.
 */
export function accuracyRange(points: readonly SweepPoint[]): [number, number] {
  const step = 5;
  const ends = points.flatMap(({ accuracy, deviation }) => [
    100 * (accuracy - deviation),
    100 * (accuracy + deviation),
  ]);
  const low = Math.floor(Math.min(...ends) / step) * step;
  const high = Math.ceil(Math.max(...ends) / step) * step;
  return [Math.max(0, low), Math.max(low + step, Math.min(100, high))];
}

/**
 * Encodes the best combination in a colour of its own.
 *
 * @param points The combinations.
 * @returns The colour encoding of a mark, of a field `role`.
 */
export function roleColour(
  points: readonly SweepPoint[],
): Readonly<Record<string, unknown>> {
  return {
    field: "role",
    type: "nominal",
    title: "combination",
    scale: { domain: ROLES, range: [COLOURS[1], COLOURS[0]] },
    legend: {
      values: ROLES.filter((role) =>
        points.some((one) => roleOf(one) === role)
      ),
      symbolOpacity: 1,
    },
  };
}

/** Roles of combinations. */
export const ROLES = ["best", "others"] as const;

/**
 * Names the role of a combination.
 *
 * @param point The combination.
 * @returns Its role.
 */
export function roleOf({ best }: SweepPoint): typeof ROLES[number] {
  return best ? "best" : "others";
}

/**
 * Puts the best combination last, so that it is drawn above the others.
 *
 * @param points The combinations.
 * @returns The combinations, in that order.
 */
export function bestLast(points: readonly SweepPoint[]): SweepPoint[] {
  return points.toSorted((a, b) => Number(a.best) - Number(b.best));
}
