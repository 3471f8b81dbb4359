/**
 * Reading files of unknown origin, with a limit on their size.
 *
 * @module
 */

/**
 * Reads a regular file of limited size. Devices and pipes are refused, as they
 * may never end.
 *
 * @param path The file.
 * @param most Largest size in bytes.
 * @returns The file's bytes.
 * @throws {Error} If it is a folder, device or pipe, is too large, or cannot be
 * read.
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
