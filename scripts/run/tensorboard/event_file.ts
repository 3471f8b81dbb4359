/**
 * Writes and finds the event files that TensorBoard reads.
 *
 * @module
 */

import { join } from "node:path";
import { fileProblem } from "../../../dataset/files/file_problem.ts";
import { refuseLink } from "../../files/atomic_write.ts";
import { encodeEvent, encodeVersion, type LogEvent } from "./protobuf.ts";
import { frameRecord } from "./tfrecord.ts";

/** Start of the names of event files, by which TensorBoard finds them. */
const PREFIX = "events.out.tfevents.";

/** Names of the event files that this program writes. */
const OURS = /^events\.out\.tfevents\.\d+\.slayer$/;

/** An event file that grows while a fold trains. */
export class EventFile {
  readonly #logs: string;
  readonly #folder: string;
  #seconds = Math.floor(Date.now() / 1000);
  #begun = false;

  /**
   * Names the file after the current time, and writes nothing yet.
   *
   * @param logs The folder of logs, with a folder for each fold.
   * @param fold Fold, counted from 1.
   */
  constructor(logs: string, fold: number) {
    this.#logs = logs;
    this.#folder = join(logs, `fold${fold}`);
  }

  /**
   * Path of the file; until the first append, the one it will have if it is
   * free.
   */
  get path(): string {
    // TensorBoard's own writers end the name with the host name, which is
    // private.
    return join(this.#folder, `${PREFIX}${this.#seconds}.slayer`);
  }

  /**
   * Appends events in one write, so that readers find complete events, even
   * after the program was killed.
   *
   * @param events The events.
   * @throws {Error} If the file cannot be written, or its folder is a symbolic
   * link.
   */
  async append(events: readonly LogEvent[]): Promise<void> {
    const messages = events.map(encodeEvent);
    if (!this.#begun) messages.unshift(encodeVersion(Date.now() / 1000));
    const bytes = await new Blob(messages.map(frameRecord)).bytes();
    await refuseLink(this.#logs);
    await refuseLink(this.#folder);
    try {
      await Deno.mkdir(this.#folder, { recursive: true });
      if (this.#begun) await Deno.writeFile(this.path, bytes, { append: true });
      else await this.#create(bytes);
    } catch (cause) {
      throw new Error(`Cannot write "${this.path}": ${fileProblem(cause)}`, {
        cause,
      });
    }
    this.#begun = true;
  }

  /**
   * Creates the file, named after the first second for which no file exists.
   */
  async #create(bytes: Uint8Array): Promise<void> {
    while (true) {
      try {
        return await Deno.writeFile(this.path, bytes, { createNew: true });
      } catch (cause) {
        if (!(cause instanceof Deno.errors.AlreadyExists)) throw cause;
        this.#seconds++;
      }
    }
  }
}

/** An event file in a folder of logs. */
export interface FoundEvents {
  readonly path: string;
  /** Whether the name is one that this program uses. */
  readonly ours: boolean;
}

/**
 * Looks for event files in the folders that a run writes them to.
 *
 * @param logs The folder of logs, with a folder for each fold; it may be
 * missing.
 * @returns The event files of this program and of others.
 * @throws {Error} If a folder cannot be read or is a symbolic link.
 */
export async function findEventFiles(logs: string): Promise<FoundEvents[]> {
  await refuseLink(logs);
  const found: FoundEvents[] = [];
  for (const fold of await entriesOf(logs)) {
    if (!/^fold\d+$/.test(fold.name)) continue;
    const folder = join(logs, fold.name);
    await refuseLink(folder);
    if (!fold.isDirectory) continue;
    for (const { name, isDirectory } of await entriesOf(folder)) {
      if (isDirectory || !name.startsWith(PREFIX)) continue;
      found.push({ path: join(folder, name), ours: OURS.test(name) });
    }
  }
  return found;
}

/**
 * Removes the event files of an earlier run, and no other files.
 *
 * @param logs The folder of logs, with a folder for each fold; it may be
 * missing.
 */
export async function removeEventFiles(logs: string): Promise<void> {
  for (const { path, ours } of await findEventFiles(logs)) {
    if (ours) await Deno.remove(path);
  }
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
