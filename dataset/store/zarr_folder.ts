/**
 * A folder as a place for Zarr to read and write, and what to say when the
 * file system does not let it.
 *
 * @module
 */

import { DatasetError } from "../errors.ts";
import { join } from "../files/file_path.ts";
import { fileProblem } from "../files/file_problem.ts";

/**
 * Bytes of a file at most: no column's chunk and no description comes near it,
 * and a file that does would take memory before it is found to be none.
 */
const MOST_BYTES = 4 << 20;

/**
 * Says why a file or folder could not be written.
 *
 * @param cause What the runtime threw.
 * @returns A phrase to put after the colon of a message.
 *
 * @example
 * ```ts
 * import { writeProblem } from "./zarr_folder.ts";
 * const problem = writeProblem(new Deno.errors.PermissionDenied("os error 13"));
 * if (problem !== "it cannot be written, permission is denied") {
 *   throw new Error(problem);
 * }
 * ```
 */
export function writeProblem(cause: unknown): string {
  if (cause instanceof Deno.errors.NotFound) {
    return "its folder is gone; maybe another run writes the same store";
  }
  return `it cannot be written, ${fileProblem(cause)}`;
}

/**
 * A folder whose files are the values of a Zarr store.
 *
 * @example
 * ```ts
 * import { ZarrFolder } from "./zarr_folder.ts";
 * const path = await Deno.makeTempDir();
 * const folder = new ZarrFolder(path);
 * await folder.set("/zarr.json", Uint8Array.of(123, 125));
 * const value = await folder.get("/zarr.json");
 * if (value?.length !== 2) throw new Error("expected two bytes");
 * await Deno.remove(path, { recursive: true });
 * ```
 */
export class ZarrFolder {
  readonly #path: string;

  /**
   * Names the folder, without looking at it.
   *
   * @param path The folder; `set` does not make it, nor any folder in it.
   */
  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Reads a file.
   *
   * @param key Its path in the folder, with a slash in front.
   * @returns Its bytes, or `undefined` if it is a `zarr.json` that is missing.
   * @throws {DatasetError} If it cannot be read, or is larger than 4 MiB.
   */
  async get(key: string): Promise<Uint8Array | undefined> {
    const path = join(this.#path, key.slice(1));
    try {
      const { size } = await Deno.stat(path);
      if (size <= MOST_BYTES) return await Deno.readFile(path);
      throw new Error(`it has ${size} bytes, at most ${MOST_BYTES} are read`);
    } catch (cause) {
      // zarrita takes a missing chunk for zeros; here every chunk is written.
      if (cause instanceof Deno.errors.NotFound && key.endsWith("zarr.json")) {
        return undefined;
      }
      throw new DatasetError(path, fileProblem(cause), { cause });
    }
  }

  /**
   * Writes a file.
   *
   * @param key Its path in the folder, with a slash in front.
   * @param value Its bytes.
   * @throws {DatasetError} If it cannot be written.
   */
  async set(key: string, value: Uint8Array): Promise<void> {
    const path = join(this.#path, key.slice(1));
    try {
      await Deno.writeFile(path, value);
    } catch (cause) {
      throw new DatasetError(path, writeProblem(cause), { cause });
    }
  }
}
