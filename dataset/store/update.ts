/**
 * Making an event store, or bringing one up to date, so that at every moment
 * it is whole or says that it is not.
 *
 * @module
 */

import { DatasetError } from "../errors.ts";
import { join } from "../file_path.ts";
import { fileProblem } from "../file_problem.ts";
import { readGroup, writeGroup } from "../zarr/columns.ts";
import { writeProblem } from "../zarr/folder.ts";
import {
  parseRecordingAttributes,
  parseStoreAttributes,
  type RecordingAttributes,
  type RecordingOrigin,
  sameAttributes,
  type StoreAttributes,
} from "./attributes.ts";

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
  readonly #entries: readonly string[];
  readonly #old: StoreAttributes | undefined;
  #partial: string | undefined;

  private constructor(
    path: string,
    entries: readonly string[],
    old?: StoreAttributes,
  ) {
    this.#path = path;
    this.#entries = entries;
    this.#old = old;
  }

  /**
   * Looks at what is there, and changes nothing.
   *
   * @param path The store, which need not exist.
   * @returns The store.
   * @throws {DatasetError} If the folder holds something else.
   */
  static async inspect(path: string): Promise<StoreUpdate> {
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
      return new StoreUpdate(path, entries, parseStoreAttributes(path, found));
    }
    if (entries.every((name) => name.startsWith(PARTIAL))) {
      return new StoreUpdate(path, entries);
    }
    throw new DatasetError(
      path,
      "it has files and is no event store; choose another folder",
    );
  }

  /**
   * Looks for a recording that need not be made again.
   *
   * @param origin What it would be made from.
   * @returns Its attributes, or `undefined` if it is not there or was made from
   *   something else.
   */
  async find(
    origin: RecordingOrigin,
  ): Promise<RecordingAttributes | undefined> {
    const found = await this.#read(origin.source);
    return sameAttributes({ ...found, ...origin }, found) ? found : undefined;
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
    await this.#attempt(() => this.#rename("zarr.json"));
  }

  /** Removes what has not become whole, in this run and in earlier ones. */
  async [Symbol.asyncDispose](): Promise<void> {
    const left = this.#entries.filter((name) => name.startsWith(PARTIAL))
      .map((name) => join(this.#path, name));
    if (this.#partial !== undefined) left.push(this.#partial);
    // What cannot be removed does no harm, and another run tries again.
    await Promise.allSettled(
      left.map((path) => Deno.remove(path, { recursive: true })),
    );
  }

  async #read(name: string): Promise<RecordingAttributes | undefined> {
    const folder = join(this.#path, name);
    try {
      return parseRecordingAttributes(folder, await readGroup(folder) ?? {});
    } catch (error) {
      if (error instanceof DatasetError) return undefined;
      throw error;
    }
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
