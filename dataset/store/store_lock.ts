/**
 * Locks on an event store: several runs may read it, or one run may slice it.
 *
 * The folder itself is locked, not a file in it, so that a read-only store can
 * be locked too. The operating system releases the lock when the process ends
 * or is killed.
 *
 * @module
 */

import { DatasetError } from "../files/errors.ts";
import { openFolder } from "../files/file_sync.ts";

/** Releases the locks of lock objects that were garbage-collected. */
const forgotten = new FinalizationRegistry<Deno.FsFile>(unlock);

/**
 * A lock that this process holds on a store until it is disposed.
 *
 * @example
 * ```ts
 * import { StoreLock } from "./store_lock.ts";
 * const path = await Deno.makeTempDir();
 * using one = await StoreLock.acquire(path, "read");
 * using other = await StoreLock.acquire(path, "read");
 * const problem = await StoreLock.acquire(path, "slice").catch((e) => e.message);
 * if (!problem.includes("another run is reading")) throw new Error(problem);
 * await Deno.remove(path);
 * ```
 */
export class StoreLock implements Disposable {
  /**
   * Whether the store is locked; `false` on Windows, on file systems without
   * locks, and if the folder is missing.
   */
  readonly held: boolean;
  readonly #path: string;
  #folder: Deno.FsFile | undefined;

  private constructor(path: string, held: boolean, folder?: Deno.FsFile) {
    this.held = held;
    this.#path = path;
    this.#folder = folder;
    if (folder) forgotten.register(this, folder, this);
  }

  /**
   * Locks a store, or fails at once.
   *
   * @param path The store's folder.
   * @param use `"read"` allows other readers, `"slice"` allows no other run.
   * @returns The lock.
   * @throws {DatasetError} If another run is slicing the store, or `use` is
   *   `"slice"` and another run is reading it.
   */
  static async acquire(
    path: string,
    use: "read" | "slice",
  ): Promise<StoreLock> {
    // Reading or writing the store reports a missing or unreadable folder.
    const folder = await openFolder(path).catch(() => undefined);
    if (folder === undefined) return new StoreLock(path, false);
    const locked = await folder.tryLock(use === "slice").catch(() => undefined);
    if (locked !== false) return new StoreLock(path, locked === true, folder);
    folder.close();
    throw new DatasetError(
      path,
      use === "slice"
        ? "another run is reading or slicing it; try again when it has ended"
        : "another run is slicing it; try again when it has ended",
    );
  }

  /**
   * Requires that the path still leads to the folder that was locked.
   *
   * @throws {DatasetError} If the folder was removed or replaced.
   */
  async requireSame(): Promise<void> {
    if (this.#folder === undefined) return;
    const locked = await this.#folder.stat();
    const there = await Deno.stat(this.#path).catch(() => undefined);
    if (there?.dev === locked.dev && there.ino === locked.ino) return;
    throw new DatasetError(
      this.#path,
      "it was removed or replaced while it was read",
    );
  }

  /** Unlocks the store. */
  [Symbol.dispose](): void {
    forgotten.unregister(this);
    if (this.#folder) unlock(this.#folder);
    this.#folder = undefined;
  }
}

/**
 * Unlocks a folder before closing it: a child process that is starting may have
 * inherited the file descriptor and would keep the lock.
 */
function unlock(folder: Deno.FsFile): void {
  try {
    folder.unlockSync();
  } catch {
    // The file system has no locks, so the folder is not locked.
  }
  folder.close();
}
