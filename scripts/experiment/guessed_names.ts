/**
 * Texts about names of folders and files whose meaning was guessed.
 *
 * @module
 */

import { someOf } from "../../dataset/files/some_of.ts";
import type {
  GuessedNames,
  OtherClasses,
} from "../../dataset/layouts/layout.ts";
import { quote } from "../command_line/quote.ts";

/**
 * Describes the setting that uses other names as classes.
 *
 * @param other The names, and the pattern that selects them.
 * @returns The setting and its effect.
 */
export function describeOther({ pattern, names }: OtherClasses): string {
  return `--set ${quote(`data.class=${pattern}`)} takes ${someOf(names)} as ` +
    "classes instead";
}

/**
 * Describes guesses, and the settings that decide otherwise.
 *
 * @param guessed The guesses, if any.
 * @returns Texts that each start with a semicolon and a space, or nothing.
 */
export function describeGuesses(
  { otherClasses, groups, inside }: GuessedNames = {},
): string {
  return [
    ...(inside ? [`its only folder, ${inside}, is taken as the data set`] : []),
    ...(groups
      ? [
        `${someOf(groups)} in file names are groups, --set ` +
        "data.group=recording takes each recording as one instead",
      ]
      : []),
    ...(otherClasses ? [describeOther(otherClasses)] : []),
  ].map((text) => `; ${text}`).join("");
}
