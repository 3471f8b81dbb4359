/**
 * Files by their path, or as a browser hands them over.
 *
 * @module
 */

/** A file: its path, or what is in it; a `File` brings its name along. */
export type FileSource = string | Blob;

/**
 * Names a file, for messages.
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
 * Reads a whole file.
 *
 * @param file The file.
 * @returns Its bytes.
 * @throws What the runtime throws if it cannot be read.
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
