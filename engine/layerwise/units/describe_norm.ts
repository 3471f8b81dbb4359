/**
 * Descriptions of normalisations, completed with defaults.
 *
 * @module
 */

import { type Norm, NORM_KINDS, type Unit } from "./units.ts";

/**
 * Completes the normalisation of a unit.
 *
 * @param norm Its kind, or some of its parameters.
 * @param unit The unit.
 * @returns The normalisation.
 * @throws {TypeError} If there is no such kind.
 * @throws {RangeError} If a number is out of range.
 */
export function normOf(
  norm: Norm["kind"] | Partial<Norm>,
  { layer }: Unit,
): Norm {
  const given = typeof norm === "object" ? norm : { kind: norm };
  const { kind = "batch", epsilon = 1e-5, momentum = 0.1 } = given;
  if (!NORM_KINDS.includes(kind)) {
    throw new TypeError(
      `Cannot normalise layer "${layer.name}" by "${kind}": expected ` +
        NORM_KINDS.join(", "),
    );
  }
  if (!(epsilon > 0 && momentum > 0 && momentum <= 1)) {
    throw new RangeError(
      `Cannot normalise layer "${layer.name}" with epsilon ${epsilon} and ` +
        `momentum ${momentum}: they are not positive, or momentum is over 1`,
    );
  }
  return { kind, epsilon, momentum };
}
