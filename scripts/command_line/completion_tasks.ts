/**
 * The tasks that a shell completes after `deno task`.
 *
 * @module
 */

import type { OptionSummary } from "./command.ts";

/** A task. */
export interface Task {
  /** Its name, which follows `deno task`. */
  readonly name: string;
  /** Its purpose. */
  readonly description: string;
  /** Its options. */
  readonly options: readonly OptionSummary[];
}

/**
 * Quotes a text for a shell that knows single quotes.
 *
 * @param text The text.
 * @returns The quoted text, which the shell takes literally.
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
