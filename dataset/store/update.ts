/**
 * Creation and update of an event store, which is at every moment complete or
 * marked as incomplete.
 *
 * @module
 */

import { counted } from "../files/counted.ts";
import { DatasetError } from "../files/errors.ts";
import { join } from "../files/file_path.ts";
import { fileProblem } from "../files/file_problem.ts";
import { syncFolder, syncTree } from "../files/file_sync.ts";
import { readGroup, writeGroup } from "./zarr/groups.ts";
import { writeProblem } from "./zarr/zarr_folder.ts";
import {
  parseRecordingAttributes,
  parseStoreAttributes,
  type RecordingAttributes,
  type RecordingOrigin,
  sameAttributes,
  type SourceFile,
  type StoreAttributes,
} from "./attributes.ts";
import { verifyRecording } from "./recording_group.ts";
import { StoreLock } from "./store_lock.ts";

/** Contents of the store's folder before the update. */
interface Found {
  /** Names of its files and folders. */
  readonly entries: readonly string[];
  /** Attributes of the root group, if the folder has a store. */
  readonly old?: StoreAttributes;
}

/** Prefix of temporary folders, which hold unfinished recordings. */
const PARTIAL = ".partial-";

/**
 * An event store while it is created or updated.
 *
 * Everything is written to a temporary folder inside the store and then renamed,
 * because a rename is atomic.
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
   * Locks a store and lists its contents.
   *
   * @param path The store's folder, created if it is missing.
   * @returns The store.
   * @throws {DatasetError} If the folder has other files, another run is reading
   *   or slicing the store, or the folder cannot be created.
   */
  static async open(path: string): Promise<StoreUpdate> {
    try {
      await Deno.mkdir(path, { recursive: true });
    } catch (cause) {
      throw new DatasetError(path, writeProblem(cause), { cause });
    }
    using stack = new DisposableStack();
    const lock = stack.use(await StoreLock.acquire(path, "slice"));
    const update = new StoreUpdate(
      path,
      lock,
      await StoreUpdate.#inspect(path),
    );
    stack.move();
    return update;
  }

  static async #inspect(path: string): Promise<Found> {
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
      "it has files but is no event store; choose another folder",
    );
  }

  /**
   * Whether other runs are locked out; `false` where the file system has no
   * locks.
   */
  get locked(): boolean {
    return this.#lock.held;
  }

  /**
   * Finds a recording that need not be sliced again and verifies its checksums.
   *
   * @param origin Required file, tags and axes.
   * @param store Root attributes of the updated store.
   * @returns Its attributes, or `undefined` if it is missing, damaged, or made
   *   from another file, other tags or other axes.
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
   * Lists recordings in the store that the updated store does not have.
   *
   * @param names The recordings of the updated store.
   * @returns Names of all other recordings, which must be removed.
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
   * Refuses to replace slices of other data: of recordings, or else of names,
   * none of which the updated store has.
   *
   * @param attributes Root attributes of the updated store.
   * @param kept Names of the recordings that need not be sliced again.
   * @throws {DatasetError} If slices of other data would be lost.
   */
  requireSameData(
    { source, recordings }: StoreAttributes,
    kept: readonly string[],
  ): void {
    const old = this.#old;
    const lost = old?.recordings.filter((name) => !kept.includes(name)) ?? [];
    if (old === undefined || lost.length === 0) return;
    const isSame = source && old.source
      ? shareAny(old.source.files.map(pathOf), source.files.map(pathOf))
      : shareAny(old.recordings, recordings);
    if (isSame) return;
    const from = old.source ? ` (${old.source.arguments.join(" ")})` : "";
    throw new DatasetError(
      this.#path,
      `it was sliced from other data${from}, of which ` +
        `${counted(lost.length, "recording")} would be lost; choose another ` +
        "folder, or remove it",
    );
  }

  /**
   * Tells whether the root group has these attributes already.
   *
   * @param attributes Root attributes of the updated store.
   * @returns Whether they are the same.
   */
  says(attributes: StoreAttributes): boolean {
    return sameAttributes(this.#old, attributes);
  }

  /**
   * Makes the temporary folder, and marks the store as incomplete.
   *
   * @param attributes Root attributes of the updated store.
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
   * Returns the temporary folder to write a recording to.
   *
   * @param name The recording.
   * @returns A folder that does not exist yet.
   */
  partial(name: string): string {
    return join(this.#partial ?? "", name);
  }

  /**
   * Renames a complete recording from its temporary folder into the store.
   *
   * @param name The recording.
   * @throws {DatasetError} If it cannot be moved.
   */
  async place(name: string): Promise<void> {
    await this.remove(name);
    await this.#attempt(() => this.#rename(name));
  }

  /**
   * Removes a recording from the store, if the store has it.
   *
   * @param name The recording.
   * @throws {DatasetError} If it cannot be removed.
   */
  async remove(name: string): Promise<void> {
    // Renamed first: a run killed during removal would leave part of the
    // folder, which the next run could not recognise as a recording.
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
   * Writes the attributes of the root group after flushing the recordings to
   * disk.
   *
   * @param attributes The attributes, complete or not.
   * @throws {DatasetError} If it cannot be written.
   */
  async complete(attributes: StoreAttributes): Promise<void> {
    await writeGroup(this.partial(""), attributes);
    await this.#attempt(async () => {
      await syncTree(this.partial(""));
      // Recordings are flushed first: after a power loss the root group must
      // not list missing recordings.
      await syncFolder(this.#path);
      await this.#rename("zarr.json");
      await syncFolder(this.#path);
    });
  }

  /**
   * Removes the temporary folders of this and earlier runs, and unlocks the
   * store.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const left = this.#entries.filter((name) => name.startsWith(PARTIAL))
      .map((name) => join(this.#path, name));
    if (this.#partial !== undefined) left.push(this.#partial);
    // A folder that cannot be removed does no harm; the next run tries again.
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

function pathOf({ path }: SourceFile): string {
  return path;
}

function shareAny(
  names: readonly string[],
  others: readonly string[],
): boolean {
  const there = new Set(others);
  return names.some((name) => there.has(name));
}

/**
 * Runs `read`, whose `DatasetError` makes a damaged recording count as missing.
 */
async function orNothing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof DatasetError) return undefined;
    throw error;
  }
}
