/**
 * Words for classes, and for folders that may be named after classes as well.
 *
 * @module
 */

import type { OtherClasses } from "../../dataset/layouts/layout.ts";
import { quote } from "../command_line/quote.ts";

/** Names that are listed at most. */
const NAMED = 4;

/**
 * Lists the first few of some names.
 *
 * @param names The names.
 * @returns The names with commas between, and `…` for those left out.
 */
export function someOf(names: readonly string[]): string {
  return names.length > NAMED
    ? `${names.slice(0, NAMED - 1).join(", ")}, …`
    : names.join(", ");
}

/**
 * Says how other folders are taken as those of classes.
 *
 * @param other Their names, and the pattern that takes them.
 * @returns The setting, and what it does.
 */
export function describeOther({ pattern, names }: OtherClasses): string {
  return `--set ${quote(`data.class=${pattern}`)} takes ${someOf(names)} as ` +
    "classes instead";
}
