/**
 * Paths of files, without Node's modules, which browsers lack.
 *
 * @module
 */

/**
 * Joins a folder's path and names below it.
 *
 * @param folder Path of the folder, with or without a trailing slash.
 * @param names Names of folders below it, and of the file.
 * @returns The path.
 *
 * @example
 * ```ts
 * import { join } from "./file_path.ts";
 * const path = join("data/", "tags", "user00_indoor.csv");
 * if (path !== "data/tags/user00_indoor.csv") throw new Error(path);
 * ```
 */
export function join(folder: string, ...names: string[]): string {
  const start = folder === "" || folder.endsWith("/") ? folder : `${folder}/`;
  return start + names.join("/");
}

/**
 * Returns the folder of a file.
 *
 * @param path Path of the file, as `join()` returns it.
 * @returns Path of the folder, with a trailing slash.
 *
 * @example
 * ```ts
 * import { folderOf } from "./file_path.ts";
 * if (folderOf("data/tags/a.csv") !== "data/tags/") throw new Error("?");
 * ```
 */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1) || ".";
}

/**
 * Tells whether a path is an HTTP URL.
 *
 * @param path A path, or a URL.
 * @returns Whether it begins with `http://` or `https://`.
 *
 * @example
 * ```ts
 * import { isUrl } from "./file_path.ts";
 * if (!isUrl("https://example.org/events.zarr")) throw new Error("?");
 * if (isUrl("data/events.zarr")) throw new Error("?");
 * ```
 */
export function isUrl(path: string): boolean {
  return /^https?:\/\//i.test(path);
}
