/**
 * What somebody who mistyped a name may have meant.
 *
 * @module
 */

import { findSimilar } from "npm:@optique/core@1.3.6/suggestion";

/**
 * Finds the name that somebody may have meant.
 *
 * @param name What was written.
 * @param names The names there are.
 * @returns The most similar of them, if any is similar at all.
 *
 * @example
 * ```ts
 * import { nearestName } from "./nearest_name.ts";
 * const name = nearestName("tSampel", ["Ts", "tSample"]);
 * if (name !== "tSample") throw new Error(`unexpected ${name}`);
 * ```
 */
export function nearestName(
  name: string,
  names: readonly string[],
): string | undefined {
  return findSimilar(name, names)[0];
}
