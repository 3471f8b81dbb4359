/**
 * Values of a Zarr store in a folder or at a URL.
 *
 * @module
 */

import { isUrl } from "../../files/file_path.ts";
import { ZarrUrl } from "./zarr_url.ts";
import { ZarrFolder } from "./zarr_folder.ts";

/** Values of a Zarr store by key. */
export interface ZarrValues {
  /**
   * Reads a value.
   *
   * @param key Its key, with a leading slash.
   * @returns Its bytes, or `undefined` for a missing `zarr.json`.
   * @throws {DatasetError} If it cannot be read.
   */
  get(key: string): Promise<Uint8Array | undefined>;
}

/**
 * Gives access to the values of a Zarr group or array, without reading any.
 *
 * @param path Its folder, or its URL.
 * @param cache Folder that caches chunks downloaded from a URL.
 * @returns Its values.
 */
export function zarrValues(path: string, cache?: string): ZarrValues {
  return isUrl(path) ? new ZarrUrl(path, cache) : new ZarrFolder(path);
}
