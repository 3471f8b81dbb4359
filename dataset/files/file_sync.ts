/**
 * Flushing of files and folders to disk, so that they survive a power loss.
 *
 * @module
 */

import { join } from "./file_path.ts";

/**
 * Opens a folder, to lock it or to flush its entries to disk.
 *
 * @param path The folder.
 * @returns The folder, or `undefined` on Windows, where folders cannot be
 *   opened.
 * @throws {Error} If there is no such folder.
 *
 * @example
 * ```ts
 * import { openFolder } from "./file_sync.ts";
 * using folder = await openFolder(".");
 * if (folder && !(await folder.stat()).isDirectory) throw new Error("?");
 * ```
 */
export async function openFolder(
  path: string,
): Promise<Deno.FsFile | undefined> {
  return Deno.build.os === "windows" ? undefined : await Deno.open(path);
}

/**
 * Flushes the entries of a folder to disk, which makes a rename in it durable.
 *
 * @param path The folder.
 * @throws {Error} If they cannot be written.
 *
 * @example
 * ```ts
 * import { syncFolder } from "./file_sync.ts";
 * const folder = await Deno.makeTempDir();
 * await syncFolder(folder);
 * await Deno.remove(folder);
 * ```
 */
export async function syncFolder(path: string): Promise<void> {
  using folder = await openFolder(path);
  await folder?.sync();
}

/**
 * Flushes all files below a folder, and the folders themselves, to disk.
 *
 * @param path The folder.
 * @throws {Error} If they cannot be written.
 *
 * @example
 * ```ts
 * import { syncTree } from "./file_sync.ts";
 * const folder = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${folder}/zarr.json`, "{}");
 * await syncTree(folder);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function syncTree(path: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    const inside = join(path, name);
    if (isDirectory) {
      await syncTree(inside);
    } else {
      using file = await Deno.open(inside, { write: true });
      await file.sync();
    }
  }
  await syncFolder(path);
}
