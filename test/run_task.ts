/**
 * Tasks, run as a user runs them: with the permissions that `deno.json` gives
 * them.
 *
 * @module
 */

import { dirname } from "node:path";
import type { Outcome } from "./scripts/run_script.ts";

/**
 * Takes out lines that say how far a task is, of which there is one every five
 * seconds.
 *
 * @param text Output of a task.
 * @returns The same for a task that takes less.
 */
export function withoutProgress(text: string): string {
  return text.replaceAll(
    /^[^\n]+: \d+ of \d+, (?:[^\n]+, )?[\d:]+ left\n/gm,
    "",
  );
}

/**
 * Runs a task.
 *
 * @param task Its name.
 * @param args Its arguments.
 * @param options The folder of `deno.json`, this repository unless given.
 * @returns Its exit status and output, without lines of progress and download.
 */
export async function runTask(
  task: string,
  args: readonly string[] = [],
  { folder = dirname(import.meta.dirname!) }: { folder?: string } = {},
): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", task, ...args],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return {
    code,
    stdout: withoutProgress(text(stdout)),
    // Packages of a page are downloaded where the cache is empty.
    stderr: text(stderr).replaceAll(/^Download .*\n/gm, ""),
  };
}
