/**
 * Files that somebody else may have put there.
 *
 * @module
 */

/**
 * Reads a file that is neither a device nor a pipe, which may never end, nor
 * too large.
 *
 * @param path The file.
 * @param most Bytes that it may have.
 * @returns Its bytes.
 * @throws {Error} If it is no such file, or cannot be read.
 *
 * @example
 * ```ts
 * import { readRegularFile } from "./regular_file.ts";
 * const path = await Deno.makeTempFile();
 * const bytes = await readRegularFile(path, 1024);
 * if (bytes.length > 0) throw new Error("expected an empty file");
 * await Deno.remove(path);
 * ```
 */
export async function readRegularFile(
  path: string,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { isFile, isDirectory, size } = await Deno.stat(path);
  if (isDirectory) throw new Deno.errors.IsADirectory(path);
  if (!isFile) throw new Error("it is a device or a pipe");
  if (size > most) {
    throw new Error(`it has ${size} bytes, ${most} are the most`);
  }
  return await Deno.readFile(path);
}
