/**
 * Cache folder of chunks downloaded over HTTP, each named by the digest of its
 * bytes.
 *
 * @module
 */

import { DatasetError } from "../../files/errors.ts";
import { join } from "../../files/file_path.ts";
import { fileProblem } from "../../files/file_problem.ts";
import { sha256 } from "../../files/sha256.ts";

/**
 * Cache of downloaded chunks on disk. Any number of processes may share the
 * folder; stores share chunks with equal bytes.
 *
 * @example
 * ```ts
 * import { ChunkFiles } from "./chunk_files.ts";
 * import { sha256 } from "../../files/sha256.ts";
 * const folder = await Deno.makeTempDir();
 * const chunks = new ChunkFiles(folder);
 * const digest = await sha256(Uint8Array.of(1, 2, 3));
 * await chunks.write(digest, Uint8Array.of(1, 2, 3));
 * if ((await chunks.read(digest))?.length !== 3) throw new Error("?");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export class ChunkFiles {
  readonly #folder: string;

  /**
   * Makes a cache without accessing its folder.
   *
   * @param folder The folder, created when the first chunk is written.
   */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Reads a chunk.
   *
   * @param digest SHA-256 of its bytes, in hexadecimal.
   * @returns Its bytes, or `undefined` if it is missing or damaged.
   */
  async read(digest: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const path = join(this.#folder, digest);
    const bytes = await Deno.readFile(path).catch(() => undefined);
    if (bytes === undefined) return undefined;
    return await sha256(bytes) === digest ? bytes : undefined;
  }

  /**
   * Writes a chunk, unless the program has no permission to write there.
   *
   * @param digest SHA-256 of its bytes, in hexadecimal.
   * @param bytes Its bytes.
   * @throws {DatasetError} If it cannot be written.
   */
  async write(digest: string, bytes: Uint8Array): Promise<void> {
    try {
      await Deno.mkdir(this.#folder, { recursive: true });
      const partial = await Deno.makeTempFile({
        dir: this.#folder,
        prefix: ".partial-",
      });
      await Deno.writeFile(partial, bytes);
      // A rename is atomic, so no reader sees a partial chunk.
      await Deno.rename(partial, join(this.#folder, digest));
    } catch (cause) {
      if (cause instanceof Deno.errors.NotCapable) return;
      const problem = `it cannot be written, ${fileProblem(cause)}`;
      throw new DatasetError(this.#folder, problem, { cause });
    }
  }
}
