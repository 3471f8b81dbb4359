/**
 * Rules between a configuration and the data set's classes.
 *
 * @module
 */

import { findSimilar } from "npm:@optique/core@1.3.6/suggestion";
import { counted } from "../../../dataset/files/counted.ts";
import type { Configuration } from "../schema/types.ts";

/**
 * Checks what a configuration says about classes.
 *
 * @param configuration The configuration.
 * @param classes Names of the classes.
 * @throws {RangeError} If `flip_not` names an unknown class, or the number of
 * `classWeights` is not that of the classes.
 */
export function checkClasses(
  { training: { augmentation, error } }: Configuration,
  classes: readonly string[],
): void {
  const stranger = augmentation?.flip_not?.find((name) =>
    !classes.includes(name)
  );
  if (stranger !== undefined) {
    const [nearest] = findSimilar(stranger, classes);
    throw new RangeError(
      `Cannot use training.augmentation.flip_not: no class is "${stranger}"; ` +
        (nearest === undefined
          ? `classes are ${classes.join(", ")}`
          : `did you mean "${nearest}"`),
    );
  }
  const { classWeights } = error;
  if (classWeights && classWeights.length !== classes.length) {
    throw new RangeError(
      "Cannot use training.error.classWeights: it has " +
        `${counted(classWeights.length, "number")}, expected one for each of ` +
        `the ${classes.length} classes`,
    );
  }
}
