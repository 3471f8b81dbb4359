/**
 * Making an event store, or bringing one up to date, so that at every moment
 * it is whole or says that it is not.
 *
 * @module
 */

import { DatasetError } from "../errors.ts";
import { join } from "../files/file_path.ts";
import { fileProblem } from "../files/file_problem.ts";
import { syncFolder, syncTree } from "../files/file_sync.ts";
import { readGroup, writeGroup } from "./zarr_columns.ts";
import { writeProblem } from "./zarr_folder.ts";
import {
  parseRecordingAttributes,
  parseStoreAttributes,
  type RecordingAttributes,
  type RecordingOrigin,
  sameAttributes,
  type StoreAttributes,
} from "./attributes.ts";
import { verifyRecording } from "./recording_group.ts";
import { StoreLock } from "./store_lock.ts";

/** What is there before anything is changed. */
interface Found {
  /** Names of files and folders. */
  readonly entries: readonly string[];
  /** What the store says of itself, if it is one. */
  readonly old?: StoreAttributes;
}

/** How the names of folders begin that hold what is not yet whole. */
const PARTIAL = ".partial-";

/**
 * A store that is being made or changed.
 *
 * Everything is written in a folder apart, inside the store, and then renamed,
 * which happens at once or not at all.
 */
export class StoreUpdate implements AsyncDisposable {
  readonly #path: string;
  readonly #lock: StoreLock;
  readonly #entries: readonly string[];
  readonly #old: StoreAttributes | undefined;
  #partial: string | undefined;

  private constructor(path: string, lock: StoreLock, { entries, old }: Found) {
    this.#path = path;
    this.#lock = lock;
    this.#entries = entries;
    this.#old = old;
  }

  /**
   * Keeps others off a store, and looks at what is there.
   *
   * @param path The store, whose folder is made if it is not there.
   * @returns The store.
   * @throws {DatasetError} If the folder holds something else, another run
   *   reads or slices the store, or there can be no such folder.
   */
  static async open(path: string): Promise<StoreUpdate> {
    try {
      await Deno.mkdir(path, { recursive: true });
    } catch (cause) {
      throw new DatasetError(path, writeProblem(cause), { cause });
    }
    using stack = new DisposableStack();
    const lock = stack.use(await StoreLock.acquire(path, "slice"));
    const update = new StoreUpdate(path, lock, await StoreUpdate.#look(path));
    stack.move();
    return update;
  }

  static async #look(path: string): Promise<Found> {
    const entries: string[] = [];
    try {
      for await (const { name } of Deno.readDir(path)) entries.push(name);
    } catch (cause) {
      if (!(cause instanceof Deno.errors.NotFound)) {
        throw new DatasetError(path, fileProblem(cause), { cause });
      }
    }
    const found = await readGroup(path);
    if (found !== undefined) {
      return { entries, old: parseStoreAttributes(path, found) };
    }
    if (entries.every((name) => name.startsWith(PARTIAL))) return { entries };
    throw new DatasetError(
      path,
      "it has files and is no event store; choose another folder",
    );
  }

  /** Whether others are kept off; some file systems have no locks. */
  get locked(): boolean {
    return this.#lock.held;
  }

  /**
   * Looks for a recording that need not be made again, and reads all of it.
   *
   * @param origin What it would be made from.
   * @param store What the store will say.
   * @returns Its attributes, or `undefined` if it is not there, is damaged or
   *   was made from something else.
   */
  async find(
    origin: RecordingOrigin,
    { sensor, classes }: StoreAttributes,
  ): Promise<RecordingAttributes | undefined> {
    const found = await this.#read(origin.source);
    if (!sameAttributes({ ...found, ...origin }, found)) return undefined;
    return await orNothing(async () => {
      const { attributes } = await verifyRecording(
        join(this.#path, origin.source),
        {
          source: origin.source,
          axes: origin.axes,
          sensor,
          classes: classes.length,
        },
      );
      return attributes;
    });
  }

  /**
   * Lists recordings that are there and should not be.
   *
   * @param names The recordings that should be there.
   * @returns The others.
   */
  async others(names: readonly string[]): Promise<string[]> {
    const others: string[] = [];
    for (const name of this.#entries) {
      if (names.includes(name)) continue;
      if ((await this.#read(name))?.source === name) others.push(name);
    }
    return others;
  }

  /**
   * Tells whether the store says of itself what it should, once complete.
   *
   * @param attributes What it should say.
   * @returns Whether it does.
   */
  says(attributes: StoreAttributes): boolean {
    return sameAttributes(this.#old, attributes);
  }

  /**
   * Marks the store as incomplete, and makes room for what is to come.
   *
   * @param attributes What the store will say once it is complete.
   * @throws {DatasetError} If the store cannot be written.
   */
  async begin(attributes: StoreAttributes): Promise<void> {
    await this.#attempt(async () => {
      await Deno.mkdir(this.#path, { recursive: true });
      const options = { dir: this.#path, prefix: PARTIAL };
      this.#partial = await Deno.makeTempDir(options);
    });
    await this.complete({ ...attributes, complete: false });
  }

  /**
   * Names the folder in which a recording is to be written.
   *
   * @param name The recording.
   * @returns A folder that does not exist yet.
   */
  partial(name: string): string {
    return join(this.#partial ?? "", name);
  }

  /**
   * Puts a recording that has become whole in its place.
   *
   * @param name The recording.
   * @throws {DatasetError} If that fails.
   */
  async place(name: string): Promise<void> {
    await this.remove(name);
    await this.#attempt(() => this.#rename(name));
  }

  /**
   * Removes a recording from the store, if it is there.
   *
   * @param name The recording.
   * @throws {DatasetError} If that fails.
   */
  async remove(name: string): Promise<void> {
    // Renamed first: a folder that is half removed would not be recognised.
    const old = this.partial(`${name}.old`);
    await this.#attempt(async () => {
      try {
        await Deno.rename(join(this.#path, name), old);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return;
        throw error;
      }
      await Deno.remove(old, { recursive: true });
    });
  }

  /**
   * Lets the store say that it is complete, or whatever else.
   *
   * @param attributes What it says from now on.
   * @throws {DatasetError} If it cannot be written.
   */
  async complete(attributes: StoreAttributes): Promise<void> {
    await writeGroup(this.partial(""), attributes);
    await this.#attempt(async () => {
      await syncTree(this.partial(""));
      // The recordings' names first, for the root counts on them.
      await syncFolder(this.#path);
      await this.#rename("zarr.json");
      await syncFolder(this.#path);
    });
  }

  /** Removes what has not become whole, in any run, and lets others go on. */
  async [Symbol.asyncDispose](): Promise<void> {
    const left = this.#entries.filter((name) => name.startsWith(PARTIAL))
      .map((name) => join(this.#path, name));
    if (this.#partial !== undefined) left.push(this.#partial);
    // What cannot be removed does no harm, and another run tries again.
    await Promise.allSettled(
      left.map((path) => Deno.remove(path, { recursive: true })),
    );
    this.#lock[Symbol.dispose]();
  }

  async #read(name: string): Promise<RecordingAttributes | undefined> {
    const folder = join(this.#path, name);
    return await orNothing(async () =>
      parseRecordingAttributes(folder, await readGroup(folder) ?? {})
    );
  }

  async #rename(name: string): Promise<void> {
    await Deno.rename(this.partial(name), join(this.#path, name));
  }

  async #attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (cause) {
      throw new DatasetError(this.#path, writeProblem(cause), { cause });
    }
  }
}

/** Takes what is damaged for nothing: it is made again. */
async function orNothing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof DatasetError) return undefined;
    throw error;
  }
}
