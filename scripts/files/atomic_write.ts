/**
 * Atomic writing of files: each is written completely or not at all.
 *
 * @module
 */

import { join } from "node:path";
import { fileProblem } from "../../dataset/files/file_problem.ts";

/** Contents of files, by file name. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Ending of a file's name while the file is being written. */
const UNFINISHED = /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.new$/;

/**
 * Writes each file under a temporary name and then renames it, so that neither
 * an error nor a power loss leaves an incomplete file.
 *
 * The temporary name is random, so nobody can place a symbolic link there
 * beforehand. A link that has the final name is replaced, not followed.
 *
 * @param folder The folder; it is made if it is missing.
 * @param files Contents by file name, without a folder in the name.
 * @returns Paths of the files.
 * @throws {RangeError} If a name is not that of a file in the folder; no file
 * is written then.
 * @throws {Error} If a file cannot be written.
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
      // Frees the space of the incomplete file: the disk may be full.
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
 * Writes bytes and flushes them to the disk, so that they survive a power loss.
 *
 * @param path The file; it must exist if bytes are appended, and must not
 * otherwise.
 * @param bytes The bytes.
 * @param options Whether the bytes are appended to an existing file.
 * @throws {Error} If the bytes cannot be written; the runtime's own error.
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
 * Removes incomplete files that killed processes have left.
 *
 * @param folder The folder; no process may be writing to it.
 * @throws {Error} If a file cannot be removed.
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
 * Refuses a symbolic link inside a folder that somebody else may have made:
 * writing through the link would change a file outside the folder.
 *
 * @param path A file or folder; it may be missing.
 * @throws {Error} If the path is a symbolic link.
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
