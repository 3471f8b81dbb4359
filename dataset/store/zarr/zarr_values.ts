/**
 * The values of a Zarr store, wherever they are.
 *
 * @module
 */

import { isUrl } from "../../files/file_path.ts";
import { ZarrUrl } from "./zarr_url.ts";
import { ZarrFolder } from "./zarr_folder.ts";

/** Values of a Zarr store, by their keys. */
export interface ZarrValues {
  /**
   * Reads a value.
   *
   * @param key Its key, with a slash in front.
   * @returns Its bytes, or `undefined` if it is a `zarr.json` that is missing.
   * @throws {DatasetError} If it cannot be read.
   */
  get(key: string): Promise<Uint8Array | undefined>;
}

/**
 * Finds the values of a Zarr group or array, without reading any.
 *
 * @param path Its folder, or its URL.
 * @param cache Folder in which chunks that come from a URL are kept.
 * @returns Its values.
 */
export function zarrValues(path: string, cache?: string): ZarrValues {
  return isUrl(path) ? new ZarrUrl(path, cache) : new ZarrFolder(path);
}
