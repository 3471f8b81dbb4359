/**
 * Files that TensorBoard reads.
 *
 * @module
 */

import { join } from "node:path";
import { fileProblem } from "../../../dataset/files/file_problem.ts";
import { refuseLink } from "../../files/atomic_write.ts";
import { encodeEvent, encodeVersion, type LogEvent } from "./protobuf.ts";
import { frameRecord } from "./tfrecord.ts";

/** How the names of event files begin; TensorBoard knows them by it. */
const PREFIX = "events.out.tfevents.";

/** The event files of this program, among those of others. */
const OURS = /^events\.out\.tfevents\.\d+\.slayer$/;

/** A file of events, written bit by bit. */
export class EventFile {
  readonly #logs: string;
  readonly #folder: string;
  #seconds = Math.floor(Date.now() / 1000);
  #begun = false;

  /**
   * Names the file after the time, and touches nothing yet.
   *
   * @param logs The folder of logs, with a folder for each fold.
   * @param fold Fold, counted from 1.
   */
  constructor(logs: string, fold: number) {
    this.#logs = logs;
    this.#folder = join(logs, `fold${fold}`);
  }

  /** Where it is; until the first append, where it will be if nothing is. */
  get path(): string {
    // The name of the machine usually ends it, which is nobody's business.
    return join(this.#folder, `${PREFIX}${this.#seconds}.slayer`);
  }

  /**
   * Appends events in one write, so that whoever reads meanwhile, or after the
   * program was killed, finds whole ones.
   *
   * @param events The events.
   * @throws {Error} If the file cannot be written, or its folder is a link.
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

  /** Creates the file under the first name from now on that is free. */
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

/** A file of events that a folder of logs holds. */
export interface FoundEvents {
  readonly path: string;
  /** Whether a run of this program may have written it, by its name. */
  readonly ours: boolean;
}

/**
 * Looks for event files where a run would write its own.
 *
 * @param logs The folder of logs, with a folder for each fold; it need not be
 * there.
 * @returns The files, of this program and of others.
 * @throws {Error} If it cannot be read, or it or a fold's folder is a link.
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
 * Removes what an earlier run logged, and nothing else.
 *
 * @param logs The folder of logs, with a folder for each fold; it need not be
 * there.
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
