/**
 * Trains a run of a sweep in a process of its own.
 *
 * @module
 */

import { join } from "node:path";
import { fileProblem } from "../../dataset/files/file_problem.ts";
import { warn } from "../command_line/print.ts";
import { quote } from "../command_line/quote.ts";
import { refuseLink } from "../files/atomic_write.ts";
import { EXIT_STATUS } from "../training/interruption.ts";
import { LOG_FILE, problemIn } from "./run_state.ts";

/** Number of characters at the end of a log that contain its last line. */
const LAST_LINE = 4096;

/** Exit statuses of a training process that was stopped by a signal. */
const STOPPED: readonly number[] = Object.values(EXIT_STATUS);

/** Outcome of a run's process. */
export interface RunEnd {
  /** Whether it was stopped by a signal, with a checkpoint. */
  readonly stopped: boolean;
  /** Reason why it failed, if it did. */
  readonly problem?: string;
}

/** A run's process. */
export interface RunProcess {
  /** Resolves when it has ended. */
  readonly ended: Promise<RunEnd>;
  /** Stops it with a checkpoint. */
  stop(): void;
}

/**
 * Starts `deno task train` for a run.
 *
 * @param folder Folder of the run, also for its log; created if it is missing.
 * @param args Arguments of the task.
 * @param variables Environment variables.
 * @returns The process.
 * @throws {Error} If the folder cannot be written.
 */
export async function startRun(
  folder: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<RunProcess> {
  const log = await RunLog.open(folder);
  await log.add(`$ deno task train ${args.map(quote).join(" ")}\n`);
  const process = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "train", ...args],
    env: { NO_COLOR: "1", ...variables },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return {
    ended: follow(process, log).finally(() => log.close()),
    stop() {
      try {
        process.kill("SIGTERM");
      } catch {
        // The process has already ended.
      }
    },
  };
}

/** Logs the output of a process, and waits for its end. */
async function follow(
  process: Deno.ChildProcess,
  log: RunLog,
): Promise<RunEnd> {
  const keep = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      await log.add(text);
    }
  };
  await Promise.all([keep(process.stdout), keep(process.stderr)]);
  const { code } = await process.status;
  const stopped = STOPPED.includes(code);
  if (code === 0 || stopped) return { stopped };
  if (log.problem === undefined) {
    await log.add(`\nerror: it ended with status ${code}, without a message\n`);
  }
  return { stopped, problem: log.problem };
}

/** Log of a run. Write errors do not end the run. */
class RunLog {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  #end = "";
  #lost = false;

  private constructor(path: string, file: Deno.FsFile) {
    this.#path = path;
    this.#file = file;
  }

  /** Creates the folder of a run, and opens its log. */
  static async open(folder: string): Promise<RunLog> {
    const path = join(folder, LOG_FILE);
    await refuseLink(path);
    try {
      await Deno.mkdir(folder, { recursive: true });
      const file = await Deno.open(path, { append: true, create: true });
      return new RunLog(path, file);
    } catch (cause) {
      throw new Error(`Cannot write "${path}": ${fileProblem(cause)}`, {
        cause,
      });
    }
  }

  /** Error in the last line of the log. */
  get problem(): string | undefined {
    return problemIn(this.#end);
  }

  async add(text: string): Promise<void> {
    this.#end = (this.#end + text).slice(-LAST_LINE);
    const bytes = new TextEncoder().encode(text);
    try {
      for (let at = 0; at < bytes.length;) {
        at += await this.#file.write(bytes.subarray(at));
      }
    } catch (cause) {
      if (!this.#lost) {
        warn(`cannot write "${this.#path}": ${fileProblem(cause)}`);
      }
      this.#lost = true;
    }
  }

  close(): void {
    this.#file.close();
  }
}
