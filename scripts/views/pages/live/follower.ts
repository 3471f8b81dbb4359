/**
 * Follows a run: reads its files whenever they change.
 *
 * Times and sizes are polled twice a second, which works on every file system,
 * including network shares and folders mounted in containers.
 *
 * @module
 */

import { join } from "node:path";
import { findSeeds } from "../../../run/seeds.ts";
import { readRunFiles, type RunFiles, stampOf } from "./run_files.ts";

/** Time between two polls, in ms. */
const PERIOD = 500;

/** Follows a run from its creation until it is disposed. */
export class Follower implements Disposable {
  readonly #folder: string;
  readonly #newest: boolean;
  readonly #listeners = new Set<() => void>();
  #files!: RunFiles;
  #mark = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #disposed = false;

  /**
   * Reads the files for the first time and starts following.
   *
   * @param folder The run folder, which may not exist yet.
   * @param options Whether to follow the most recently written run of this
   * folder and its subfolders.
   * @returns The follower.
   */
  static async start(
    folder: string,
    { newest }: { readonly newest: boolean },
  ): Promise<Follower> {
    const follower = new Follower(folder, newest);
    await follower.#refresh();
    return follower;
  }

  private constructor(folder: string, newest: boolean) {
    this.#folder = folder;
    this.#newest = newest;
  }

  /** The run, as read after the latest change. */
  get files(): RunFiles {
    return this.#files;
  }

  /**
   * Calls a function whenever files have changed.
   *
   * @param listener The function.
   * @returns A function that removes it.
   */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Stops following. */
  [Symbol.dispose](): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
  }

  async #refresh(): Promise<void> {
    const folder = this.#newest ? await newestRun(this.#folder) : this.#folder;
    const { mark } = await stampOf(folder);
    if (mark !== this.#mark) {
      this.#files = await readRunFiles(folder);
      this.#mark = mark;
      for (const listener of this.#listeners) listener();
    }
    if (!this.#disposed) {
      this.#timer = setTimeout(() => this.#refresh(), PERIOD);
    }
  }
}

/** Finds the most recently written run of a folder and its subfolders. */
async function newestRun(folder: string): Promise<string> {
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  // A folder with the runs of several seeds contains no run of its own.
  const own = (await findSeeds(folder)).length > 0 ? [] : [folder];
  const folders = [
    ...own,
    ...entries.filter(({ isDirectory }) => isDirectory)
      .map(({ name }) => join(folder, name)),
  ];
  const stamps = await Promise.all(folders.map(stampOf));
  const newest = stamps.reduce((a, b) => a.changed >= b.changed ? a : b);
  return folders[stamps.indexOf(newest)];
}
