/**
 * Completion in fish.
 *
 * @module
 */

import type { OptionSummary } from "./command.ts";
import type { Task } from "./completion_tasks.ts";

/**
 * Writes a script that completes tasks, their options, and the values of
 * options, in addition to the completions that come with fish.
 *
 * @param tasks The tasks.
 * @returns The script.
 */
export function fishScript(tasks: readonly Task[]): string {
  const lines = tasks.flatMap(({ name, description, options }) => [
    `complete -c deno -n __deno_names_task -x -a ${quote(name)} ` +
    `-d ${quote(description)}`,
    ...options.map((option) =>
      `complete -c deno -n ${quote(`__deno_runs_task ${name}`)} ` +
      optionWords(option)
    ),
  ]);
  // fish loads its own completions of deno at the first completion, and they
  // replace all earlier ones: so the script loads them before it adds these.
  return `complete -C 'deno ' >/dev/null

function __deno_names_task
    set -l words (commandline -opc)
    test (count $words) -eq 2; and test "$words[2]" = task
end

function __deno_runs_task
    set -l words (commandline -opc)
    test (count $words) -ge 3; and test "$words[2] $words[3]" = "task $argv[1]"
end

${lines.join("\n")}
`;
}

function optionWords(
  { names, description, hasValue, choices }: OptionSummary,
): string {
  const spelt = names.map((name) =>
    name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`
  );
  const value = choices.length > 0
    ? ["-x", `-a ${quote(choices.join(" "))}`]
    : hasValue
    ? ["-r", "-F"]
    : [];
  return [...spelt, ...value, `-d ${quote(description)}`].join(" ");
}

/** Quotes a text: fish's single quotes, unlike other shells', have escapes. */
function quote(text: string): string {
  return `'${text.replaceAll(/['\\]/g, "\\$&")}'`;
}
