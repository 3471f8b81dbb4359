/**
 * The parts of README.md that tests run.
 *
 * @module
 */

import { join } from "node:path";
import { ROOT } from "./source_files.ts";

/** A command line that starts a task. */
export interface TaskCommand {
  /** The task. */
  readonly task: string;
  /** Its arguments. */
  readonly args: readonly string[];
}

/** README.md. */
export const README: string = await Deno.readTextFile(join(ROOT, "README.md"));

/**
 * Finds the blocks of code in a language.
 *
 * @param language As written after the fence, such as `sh`.
 * @param part The text to look in, all of README.md unless given.
 * @returns The text of each, in order.
 */
export function blocksOf(language: string, part: string = README): string[] {
  const fenced = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms");
  return [...part.matchAll(fenced)].map(([, text]) => text);
}

/**
 * Finds a section.
 *
 * @param title Its heading.
 * @returns Its text, up to the next heading of any level.
 */
export function sectionOf(title: string): string {
  const start = README.indexOf(`\n## ${title}\n`);
  if (start < 0) throw new Error(`README.md has no section "${title}"`);
  const text = README.slice(start + title.length + 5);
  const end = text.search(/^#+ /m);
  return end < 0 ? text : text.slice(0, end);
}

/**
 * Finds the command lines in blocks of `sh` that start tasks.
 *
 * @param part The text to look in, all of README.md unless given.
 * @returns The commands, in order.
 */
export function taskCommands(part: string = README): TaskCommand[] {
  return blocksOf("sh", part).join("\n").replaceAll("\\\n", " ").split("\n")
    .map((line) => line.replace(/\s+#.*$/, ""))
    .map((line) => /^(?:npx -y deno@\S+|deno) task (.+)$/.exec(line)?.[1])
    .filter((words) => words !== undefined)
    .map((words) => {
      const [task, ...args] = words.trim().split(/\s+/);
      return { task, args };
    });
}
