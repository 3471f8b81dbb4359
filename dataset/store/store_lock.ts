/**
 * Keeps a store from being sliced while it is read, and from being read or
 * sliced by another while it is sliced.
 *
 * The store's folder itself is locked, so that nothing is written into it, and
 * one that may only be read can be locked, too. The system unlocks it when the
 * process ends, by whatever end.
 *
 * @module
 */

import { DatasetError } from "../errors.ts";
import { openFolder } from "../files/file_sync.ts";

/** Unlocks stores that nobody can read from any more. */
const forgotten = new FinalizationRegistry<Deno.FsFile>(unlock);

/**
 * A store that this process reads or slices, until it is disposed.
 *
 * @example
 * ```ts
 * import { StoreLock } from "./store_lock.ts";
 * const path = await Deno.makeTempDir();
 * using one = await StoreLock.acquire(path, "read");
 * using other = await StoreLock.acquire(path, "read");
 * const problem = await StoreLock.acquire(path, "slice").catch((e) => e.message);
 * if (!problem.includes("another run reads")) throw new Error(problem);
 * await Deno.remove(path);
 * ```
 */
export class StoreLock implements Disposable {
  /**
   * Whether the store is locked: on Windows, where the file system has no
   * locks, and where there is no folder, it is not.
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
   * Locks a store, or says at once that another has locked it.
   *
   * @param path The store's folder.
   * @param use Whether it is to be read, as others may do at the same time, or
   * sliced.
   * @returns The lock.
   * @throws {DatasetError} If another reads or slices it, which cannot be at
   * the same time.
   */
  static async acquire(
    path: string,
    use: "read" | "slice",
  ): Promise<StoreLock> {
    // What is wrong with the folder shows when it is read or written.
    const folder = await openFolder(path).catch(() => undefined);
    if (folder === undefined) return new StoreLock(path, false);
    const locked = await folder.tryLock(use === "slice").catch(() => undefined);
    if (locked !== false) return new StoreLock(path, locked === true, folder);
    folder.close();
    throw new DatasetError(
      path,
      use === "slice"
        ? "another run reads or slices it; try again when that has ended"
        : "another run slices it; try again when that has ended",
    );
  }

  /**
   * Checks that the store's folder is still the one that was locked: another
   * may have been made where it was.
   *
   * @throws {DatasetError} If it is not.
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

/** Unlocks a folder even if a process just started has it open, too. */
function unlock(folder: Deno.FsFile): void {
  try {
    folder.unlockSync();
  } catch {
    // It was not locked: its file system has no locks.
  }
  folder.close();
}
