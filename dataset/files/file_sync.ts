/**
 * Files that have to outlast a power loss before others count on them.
 *
 * @module
 */

import { join } from "./file_path.ts";

/**
 * Opens a folder, to lock it or to write its names down to the disk.
 *
 * @param path The folder.
 * @returns The folder, or `undefined` where folders cannot be opened: on
 * Windows.
 * @throws What the runtime throws if there is none.
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
 * Writes the names in a folder down to the disk, after a rename in it.
 *
 * @param path The folder.
 * @throws What the runtime throws if that fails.
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
 * Writes all files beneath a folder down to the disk, and their names.
 *
 * @param path The folder.
 * @throws What the runtime throws if that fails.
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
