/**
 * Files in a folder, each whole or not at all.
 *
 * @module
 */

import { join } from "node:path";
import { fileProblem } from "../dataset/file_problem.ts";

/** What files hold, by their names. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/**
 * Writes files beside those of the same names, and then takes their place;
 * neither an error nor a power loss leaves half of one there.
 *
 * @param folder Where; it is made if it is not there.
 * @param files The files.
 * @returns Their paths.
 * @throws {Error} If one cannot be written.
 */
export async function saveFiles(
  folder: string,
  files: Files,
): Promise<string[]> {
  const paths: string[] = [];
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    const beside = `${path}.new`;
    const bytes = typeof content === "string"
      ? new TextEncoder().encode(content)
      : content;
    try {
      await Deno.mkdir(folder, { recursive: true });
      await writeThrough(beside, bytes);
      await Deno.rename(beside, path);
    } catch (cause) {
      // What was written of it takes room, which a full disk has not.
      await Deno.remove(beside).catch(() => {});
      throw new Error(`Cannot write "${path}": ${fileProblem(cause)}`, {
        cause,
      });
    }
    paths.push(path);
  }
  return paths;
}

/**
 * Writes all bytes down to the disk, for them to outlast a power loss.
 *
 * @param path The file; to append to it, it must be there.
 * @param bytes The bytes.
 * @param options Whether they go behind what the file holds, or in its place.
 * @throws {Error} What the runtime throws, if they cannot be written.
 */
export async function writeThrough(
  path: string,
  bytes: Uint8Array,
  { append = false }: { readonly append?: boolean } = {},
): Promise<void> {
  using file = await Deno.open(path, {
    ...(append ? { append } : { write: true, truncate: true, create: true }),
  });
  for (let at = 0; at < bytes.length;) {
    at += await file.write(bytes.subarray(at));
  }
  await file.sync();
}
