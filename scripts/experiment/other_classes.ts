/**
 * Texts about folders that could also be the classes of a data set.
 *
 * @module
 */

import type { OtherClasses } from "../../dataset/layouts/layout.ts";
import { quote } from "../command_line/quote.ts";

/** Largest number of names that are listed. */
const NAMED = 4;

/**
 * Lists the first few names.
 *
 * @param names The names.
 * @returns Comma-separated names, with `…` for those left out.
 */
export function someOf(names: readonly string[]): string {
  return names.length > NAMED
    ? `${names.slice(0, NAMED - 1).join(", ")}, …`
    : names.join(", ");
}

/**
 * Describes the setting that uses other folders as classes.
 *
 * @param other Names of the folders, and the pattern that selects them.
 * @returns The setting and its effect.
 */
export function describeOther({ pattern, names }: OtherClasses): string {
  return `--set ${quote(`data.class=${pattern}`)} takes ${someOf(names)} as ` +
    "classes instead";
}
