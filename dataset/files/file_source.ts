/**
 * Files given by their path or as a browser's `Blob`.
 *
 * @module
 */

/** A file: its path, or a browser's `Blob` or `File`. */
export type FileSource = string | Blob;

/**
 * Returns the name of a file for messages.
 *
 * @param file The file.
 * @returns Its path or its name.
 *
 * @example
 * ```ts
 * import { nameOf } from "./file_source.ts";
 * const name = nameOf(new File([], "user00_indoor.aedat"));
 * if (name !== "user00_indoor.aedat") throw new Error(name);
 * ```
 */
export function nameOf(file: FileSource): string {
  if (typeof file === "string") return file;
  return file instanceof File ? file.name : "unnamed";
}

/**
 * Finds the size of a file.
 *
 * @param file The file.
 * @returns Its size in bytes.
 * @throws {Deno.errors.NotFound} If there is no such file.
 *
 * @example
 * ```ts
 * import { sizeOf } from "./file_source.ts";
 * if (await sizeOf(new Blob(["cat"])) !== 3) throw new Error("expected 3");
 * ```
 */
export async function sizeOf(file: FileSource): Promise<number> {
  return typeof file === "string" ? (await Deno.stat(file)).size : file.size;
}

/**
 * Reads a whole file.
 *
 * @param file The file.
 * @returns Its bytes.
 * @throws {Error} If it cannot be read.
 *
 * @example
 * ```ts
 * import { readBytes } from "./file_source.ts";
 * const [first] = await readBytes(new Blob(["cat"]));
 * if (first !== 99) throw new Error("expected a c");
 * ```
 */
export async function readBytes(
  file: FileSource,
): Promise<Uint8Array<ArrayBuffer>> {
  return typeof file === "string"
    ? await Deno.readFile(file)
    : new Uint8Array(await file.arrayBuffer());
}
