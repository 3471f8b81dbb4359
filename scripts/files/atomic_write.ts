/**
 * Files in a folder, each whole or not at all.
 *
 * @module
 */

import { join } from "node:path";
import { fileProblem } from "../../dataset/files/file_problem.ts";

/** What files hold, by their names. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** How the name of a file ends while it is being written. */
const UNFINISHED = /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.new$/;

/**
 * Writes files beside those of the same names, and then takes their place;
 * neither an error nor a power loss leaves half of one there.
 *
 * Nobody can put a link where a file is being written: its name until then is
 * random. A link that has the final name is replaced, not followed.
 *
 * @param folder Where; it is made if it is not there.
 * @param files The files; no name leads to another folder.
 * @returns Their paths.
 * @throws {RangeError} If a name is not that of a file in the folder; nothing
 * was written then.
 * @throws {Error} If one cannot be written.
 */
export async function saveFiles(
  folder: string,
  files: Files,
): Promise<string[]> {
  Object.keys(files).forEach(requireFileName);
  const paths: string[] = [];
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    const beside = `${path}.${crypto.randomUUID()}.new`;
    const bytes = typeof content === "string"
      ? new TextEncoder().encode(content)
      : content;
    try {
      await Deno.mkdir(folder, { recursive: true });
      await writeThrough(beside, bytes);
      await Deno.rename(beside, path);
    } catch (cause) {
      // A full disk has no room for the part that was written.
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
 * @param path The file; to append to it, it must be there, else it must not.
 * @param bytes The bytes.
 * @param options Whether they are appended to what the file holds.
 * @throws {Error} What the runtime throws, if they cannot be written.
 */
export async function writeThrough(
  path: string,
  bytes: Uint8Array,
  { append = false }: { readonly append?: boolean } = {},
): Promise<void> {
  using file = await Deno.open(
    path,
    append ? { append } : { write: true, createNew: true },
  );
  for (let at = 0; at < bytes.length;) {
    at += await file.write(bytes.subarray(at));
  }
  await file.sync();
}

/**
 * Removes what processes that were killed have left of files they were writing.
 *
 * @param folder The folder, in which nothing is being written.
 * @throws {Error} If one cannot be removed.
 */
export async function removeUnfinished(folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory || !UNFINISHED.test(name)) continue;
    const path = join(folder, name);
    await Deno.remove(path).catch((cause) => {
      throw new Error(`Cannot remove "${path}": ${fileProblem(cause)}`, {
        cause,
      });
    });
  }
}

/**
 * Refuses a link inside a folder that somebody else may have made: what is
 * written through it lands outside.
 *
 * @param path A file or folder, which need not be there.
 * @throws {Error} If it is a link.
 */
export async function refuseLink(path: string): Promise<void> {
  const info = await Deno.lstat(path).catch(() => undefined);
  if (!info?.isSymlink) return;
  throw new Error(
    `Cannot write "${path}": it is a link, which may lead out of its folder`,
  );
}

function requireFileName(name: string): void {
  if (!["", ".", ".."].includes(name) && !/[/\\\0]/.test(name)) return;
  throw new RangeError(
    `Cannot write a file named ${JSON.stringify(name)}: expected a name ` +
      "without a folder",
  );
}
