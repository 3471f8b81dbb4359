/**
 * Attributes of Zarr v3 groups, each in a folder of its own.
 *
 * @module
 */

import * as zarr from "npm:zarrita@0.7.5";
import { join } from "../../files/file_path.ts";
import { damage } from "./damage.ts";
import { withoutDigest } from "./description.ts";
import { zarrValues } from "./zarr_values.ts";
import { ZarrFolder } from "./zarr_folder.ts";

/**
 * Makes a folder a Zarr group, or replaces the attributes of the group.
 *
 * @param folder The folder, which must exist.
 * @param attributes Anything that JSON can hold.
 * @throws {DatasetError} If it cannot be written.
 *
 * @example
 * ```ts
 * import { readGroup, writeGroup } from "./groups.ts";
 * const folder = await Deno.makeTempDir();
 * await writeGroup(folder, { sensor: "DVS128" });
 * const attributes = await readGroup(folder);
 * if (attributes?.sensor !== "DVS128") throw new Error("expected DVS128");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function writeGroup(
  folder: string,
  attributes: object,
): Promise<void> {
  await zarr.create(new ZarrFolder(folder), { attributes: { ...attributes } });
}

/**
 * Reads the attributes of a Zarr group.
 *
 * @param folder Its folder, or its URL.
 * @returns The attributes, or `undefined` if there is no `zarr.json`.
 * @throws {DatasetError} If it cannot be read or does not describe a group.
 *
 * @example
 * ```ts
 * import { readGroup } from "./groups.ts";
 * if (await readGroup("no/such/folder")) throw new Error("expected nothing");
 * ```
 */
export async function readGroup(
  folder: string,
): Promise<Record<string, unknown> | undefined> {
  try {
    const values = zarrValues(folder);
    const { attrs } = await zarr.open.v3(values, { kind: "group" });
    return withoutDigest(attrs);
  } catch (cause) {
    if (zarr.isZarritaError(cause, "NotFoundError") && !cause.found) return;
    throw damage(join(folder, "zarr.json"), cause);
  }
}
