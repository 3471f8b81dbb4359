/**
 * Suggestions for mistyped names.
 *
 * @module
 */

import { findSimilar } from "npm:@optique/core@1.3.6/suggestion";

/**
 * Finds the known name that is most similar to a mistyped one.
 *
 * @param name The mistyped name.
 * @param names The known names.
 * @returns The most similar name; `undefined` if none is similar.
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
