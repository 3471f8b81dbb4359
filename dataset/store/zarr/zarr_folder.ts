/**
 * Folder that zarrita reads and writes, with clear messages for file errors.
 *
 * @module
 */

import { DatasetError } from "../../files/errors.ts";
import { join } from "../../files/file_path.ts";
import { fileProblem } from "../../files/file_problem.ts";
import { sealDescription } from "./description.ts";

/**
 * Maximum size of a file in bytes. Chunks and descriptions are far smaller; a
 * larger, damaged file is refused before it fills memory.
 */
const MAX_BYTES = 4 << 20;

/**
 * Describes why a file or folder could not be written.
 *
 * @param cause The error that the runtime threw.
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
    return "its folder was removed; maybe another run writes the same store";
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
 * await folder.set("/weights", Uint8Array.of(3, 5));
 * const value = await folder.get("/weights");
 * if (value?.length !== 2) throw new Error("expected two bytes");
 * await Deno.remove(path, { recursive: true });
 * ```
 */
export class ZarrFolder {
  readonly #path: string;

  /**
   * Makes the store without accessing the folder.
   *
   * @param path The folder; `set` creates neither it nor folders in it.
   */
  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Reads a file.
   *
   * @param key Its path in the folder, with a leading slash.
   * @returns Its bytes, or `undefined` for a missing `zarr.json`.
   * @throws {DatasetError} If it cannot be read, or is larger than 4 MiB.
   */
  async get(key: string): Promise<Uint8Array | undefined> {
    const path = join(this.#path, key.slice(1));
    try {
      const { size } = await Deno.stat(path);
      if (size <= MAX_BYTES) return await Deno.readFile(path);
      throw new Error(`it has ${size} bytes, at most ${MAX_BYTES} are read`);
    } catch (cause) {
      // zarrita reads a missing chunk as zeros, but stores contain every chunk,
      // so a missing one means damage.
      if (cause instanceof Deno.errors.NotFound && key.endsWith("zarr.json")) {
        return undefined;
      }
      throw new DatasetError(path, fileProblem(cause), { cause });
    }
  }

  /**
   * Writes a file; adds its digest to a `zarr.json`.
   *
   * @param key Its path in the folder, with a leading slash.
   * @param value Its bytes.
   * @throws {DatasetError} If it cannot be written.
   */
  async set(key: string, value: Uint8Array): Promise<void> {
    const path = join(this.#path, key.slice(1));
    try {
      const isDescription = key.endsWith("zarr.json");
      await Deno.writeFile(
        path,
        isDescription ? await sealDescription(value) : value,
      );
    } catch (cause) {
      throw new DatasetError(path, writeProblem(cause), { cause });
    }
  }
}
