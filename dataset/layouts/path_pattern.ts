/**
 * Extraction of names from the paths of recordings.
 *
 * @module
 */

/**
 * Extracts a name from the path of a recording.
 *
 * @param recording Path of the recording below the folder of the data set.
 * @param pattern Pattern whose first capture, or whole match, is the name.
 * @returns The name; `undefined` if the path does not match.
 *
 * @example
 * ```ts
 * import { nameInPath } from "./path_pattern.ts";
 * const name = nameInPath("wave_ann_1.csv", /^([a-z]+)_/);
 * if (name !== "wave") throw new Error(name);
 * ```
 */
export function nameInPath(
  recording: string,
  pattern: RegExp,
): string | undefined {
  const found = pattern.exec(recording);
  return found === null ? undefined : (found[1] ?? found[0]) || undefined;
}
