/**
 * Files that TensorBoard reads.
 *
 * @module
 */

import { join } from "node:path";
import { fileProblem } from "../../dataset/file_problem.ts";
import { encodeEvent, encodeVersion, type LogEvent } from "./events.ts";
import { frameRecord } from "./records.ts";

/** How the names of event files begin; TensorBoard knows them by it. */
const PREFIX = "events.out.tfevents.";

/** A file of events, written bit by bit. */
export class EventFile {
  /** Where it is. */
  readonly path: string;
  #begun = false;

  /**
   * Names the file after the time, and touches nothing yet.
   *
   * @param folder Its folder.
   */
  constructor(folder: string) {
    const seconds = Math.floor(Date.now() / 1000);
    // The name of the machine usually ends it, which is nobody's business.
    this.path = join(folder, `${PREFIX}${seconds}.slayer`);
  }

  /**
   * Appends events in one write, so that whoever reads meanwhile, or after the
   * program was killed, finds whole ones.
   *
   * @param events The events.
   * @throws {Error} If the file cannot be written.
   */
  async append(events: readonly LogEvent[]): Promise<void> {
    const messages = events.map(encodeEvent);
    // A run that goes on in the second in which another began finds its file.
    this.#begun ||= await exists(this.path);
    if (!this.#begun) messages.unshift(encodeVersion(Date.now() / 1000));
    const bytes = await new Blob(messages.map(frameRecord)).bytes();
    try {
      await Deno.mkdir(join(this.path, ".."), { recursive: true });
      await Deno.writeFile(this.path, bytes, { append: true });
    } catch (cause) {
      throw new Error(`Cannot write "${this.path}": ${fileProblem(cause)}`, {
        cause,
      });
    }
    this.#begun = true;
  }
}

/**
 * Removes what an earlier run logged, and nothing else.
 *
 * @param logs The folder of logs, with a folder for each fold; it need not be
 * there.
 */
export async function removeEventFiles(logs: string): Promise<void> {
  for (const fold of await entriesOf(logs)) {
    if (!fold.isDirectory || !/^fold\d+$/.test(fold.name)) continue;
    for (const { name, isFile } of await entriesOf(join(logs, fold.name))) {
      if (!isFile || !name.startsWith(PREFIX)) continue;
      await Deno.remove(join(logs, fold.name, name));
    }
  }
}

function exists(path: string): Promise<boolean> {
  return Deno.lstat(path).then(() => true, () => false);
}

async function entriesOf(folder: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return [];
    throw new Error(`Cannot read "${folder}": ${fileProblem(cause)}`, {
      cause,
    });
  }
}
