import assert from "node:assert/strict";
import { join } from "node:path";
import { runTask } from "../../fixtures/run_task.ts";
import { ROOT } from "../../fixtures/source_files.ts";
import { runScript } from "../../fixtures/run_script.ts";

const { tasks } = JSON.parse(
  await Deno.readTextFile(join(ROOT, "deno.json")),
) as { tasks: Record<string, { command: string }> };

/** Tasks that start a script with options of its own. */
const scripted = Object.keys(tasks).filter((name) =>
  tasks[name].command.includes(" scripts/") &&
  !["setup", "completions"].includes(name)
);

/** The script that completes in a shell. */
async function scriptFor(shell: string): Promise<string> {
  const { code, stdout, stderr } = await runTask("completions", [shell]);
  assert.deepEqual([code, stderr], [0, ""]);
  return stdout;
}

/** Completes the last of some words in bash. */
async function completeInBash(
  script: string,
  words: readonly string[],
): Promise<string[]> {
  const { stdout } = await new Deno.Command("bash", {
    args: [
      "-c",
      `_before() { COMPREPLY=(before "$2"); }
      complete -F _before deno
      eval "$1"; eval "$1"; shift
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
      _deno_task deno "\${COMP_WORDS[COMP_CWORD]}"
      printf '%s\\n' "\${COMPREPLY[@]}"`,
      ...["bash", script, ...words],
    ],
  }).output();
  return new TextDecoder().decode(stdout).trim().split("\n");
}

Deno.test("bash completes tasks, options and values, and all else as before", async () => {
  const script = await scriptFor("bash");
  const cases: [string[], string[]][] = [
    [["deno", "task", "tra"], ["train", "train-test-only"]],
    [["deno", "task", "show", "--th"], ["--theme"]],
    [["deno", "task", "show", "a.npy", "--theme", ""], ["light", "dark"]],
    [["deno", "task", "animate", "--colours", "p"], ["polarity"]],
    [["deno", "task", "train", "--wei"], ["--weights"]],
    [["deno", "task", "plot", "--sam"], ["--samples"]],
    [["deno", "task", "show", "data"], [""]],
    [["deno", "task", "nothing", "--"], [""]],
    [["deno", "fm"], ["before", "fm"]],
    [["deno", "run", "x"], ["before", "x"]],
  ];
  for (const [words, expected] of cases) {
    const offered = await completeInBash(script, words);
    assert.deepEqual(offered, expected, words.join(" "));
  }
});

Deno.test("every shell is told every task and every option", async () => {
  const [bash, zsh, fish] = await Promise.all(
    ["bash", "zsh", "fish"].map(scriptFor),
  );
  for (const name of Object.keys(tasks)) {
    assert.match(bash, new RegExp(`words='[^']*\\b${name}\\b`));
    assert(zsh.includes(`'${name}:`), name);
    assert(fish.includes(` -a '${name}' `), name);
  }
  for (const name of scripted) {
    const [, script] = /(scripts\/tasks\/\w+\.ts)/.exec(tasks[name].command)!;
    const { stdout } = await runScript(script, ["--help"]);
    const options = [...stdout.matchAll(/^ {2}(?:-h, )?--([\w-]+)/gm)]
      .map(([, option]) => option);
    assert(options.length >= 2, name);
    const lineOf = (script: string, start: string) =>
      script.split("\n").find((line) => line.trim().startsWith(start)) ?? "";
    const told = {
      bash: lineOf(bash, `'${name} '*)`),
      zsh: lineOf(zsh, `'${name}')`),
    };
    for (const option of options) {
      assert.match(told.bash, new RegExp(`[ ']--${option}[ ']`));
      assert(told.zsh.includes(`'--${option}:`), `${name} --${option}`);
      const start = `complete -c deno -n '__deno_runs_task ${name}'`;
      assert.match(fish, new RegExp(`^${start}.* -l ${option} `, "m"));
    }
  }
});

Deno.test("completions refuses a shell it does not know", async () => {
  const { code, stdout, stderr } = await runTask("completions", ["tcsh"]);
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(stderr, /^error: [^\n]*bash, zsh,? and fish[^\n]*tcsh[^\n]*\n$/);
});
