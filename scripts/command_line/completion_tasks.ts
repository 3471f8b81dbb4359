/**
 * What a shell can complete after `deno task`.
 *
 * @module
 */

import type { OptionSummary } from "./command.ts";

/** A task. */
export interface Task {
  /** What follows `deno task`. */
  readonly name: string;
  /** What it does. */
  readonly description: string;
  /** Its options. */
  readonly options: readonly OptionSummary[];
}

/**
 * Quotes a text for a shell that knows single quotes.
 *
 * @param text The text.
 * @returns The text, which the shell takes as it is.
 *
 * @example
 * ```ts
 * import { quote } from "./completion_tasks.ts";
 * if (quote("it's") !== "'it'\\''s'") throw new Error(quote("it's"));
 * ```
 */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
