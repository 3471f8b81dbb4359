/**
 * Starts training runs that tests stop or kill.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { RunSummary } from "../../../scripts/run/files.ts";
import { withoutProgress } from "../../fixtures/run_task.ts";
import { ROOT } from "../../fixtures/source_files.ts";
import { readResults } from "../training/train_runs.ts";

/** A training program that runs in a process of its own. */
export interface Run {
  /** The process that was started. */
  readonly process: Deno.ChildProcess;
  /** Waits until it has printed a text, in complete lines, or has ended. */
  printed(text: string): Promise<void>;
  /** Everything that it prints, without the lines of its progress bar. */
  output(): Promise<string>;
}

/**
 * Starts a training program with the permissions of its task, but without a
 * task around it.
 *
 * @param program Its task.
 * @param args Its arguments.
 * @param options A module to run first, in the same process.
 * @returns The run.
 */
export async function startTraining(
  program: RunSummary["program"],
  args: readonly string[],
  { preload }: { readonly preload?: string } = {},
): Promise<Run> {
  const { tasks } = JSON.parse(
    await Deno.readTextFile(join(ROOT, "deno.json")),
  );
  const words = tasks[program].command.split("deno run ").at(-1).split(" ");
  return start(Deno.execPath(), [
    ...["run", "--quiet", ...preload ? ["--preload", preload] : []],
    ...[...words, ...args],
  ]);
}

/**
 * Starts a task as a user does.
 *
 * @param task Its name.
 * @param args Its arguments.
 * @param options The folder of `deno.json`, this repository unless given.
 * @returns The run; its process is that of the task.
 */
export function startTask(
  task: string,
  args: readonly string[],
  { folder = ROOT }: { readonly folder?: string } = {},
): Run {
  const words = ["task", "--quiet", "--cwd", folder, task, ...args];
  return start(Deno.execPath(), words);
}

/**
 * Starts a training program as a user does, in a terminal of its own.
 *
 * @param program Its task.
 * @param args Its arguments.
 * @returns The run; its process is the terminal, closed when that is killed.
 */
export function startInTerminal(
  program: RunSummary["program"],
  args: readonly string[],
): Run {
  const words = [Deno.execPath(), "task", "--quiet", program, ...args];
  const line = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(" ");
  return start(
    "script",
    Deno.build.os === "linux"
      ? ["--quiet", "--command", line, "/dev/null"]
      : ["-q", "/dev/null", "sh", "-c", line],
  );
}

/**
 * Starts a command in the folder of the project.
 *
 * @param command The command.
 * @param args Its arguments.
 * @param env Variables of its environment beside those of this process.
 * @returns The run.
 */
export function start(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Run {
  const process = new Deno.Command(command, {
    args: [...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let text = "";
  const waiting = new Set<() => void>();
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      text += part;
      for (const look of waiting) look();
    }
  };
  const ended = Promise.all([read(process.stdout), read(process.stderr)]);
  return {
    process,
    async printed(wanted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = () => {
        const lines = text.slice(0, text.lastIndexOf("\n") + 1);
        if (withoutProgress(lines).includes(wanted)) resolve();
      };
      waiting.add(look);
      look();
      await Promise.race([promise, ended]);
      waiting.delete(look);
    },
    async output() {
      await ended;
      return withoutProgress(text);
    },
  };
}

/**
 * Reads the results of a run that must be the same, bit by bit, however often
 * it was stopped.
 *
 * @param folder The run's folder.
 * @returns Epochs and summary without durations, and the weights.
 */
export async function outcomeOf(folder: string) {
  const { metrics, summary } = await readResults(folder);
  const weights: Record<string, string> = {};
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.startsWith("model_weights")) continue;
    weights[name] = (await Deno.readFile(join(folder, name))).toHex();
  }
  const withoutSeconds = ({ seconds, ...others }: { seconds: number }) => {
    assert(seconds >= 0);
    return others;
  };
  return {
    rows: metrics.map(withoutSeconds),
    summary: withoutSeconds(summary),
    weights,
  };
}
