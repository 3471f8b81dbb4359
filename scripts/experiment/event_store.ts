/**
 * Opens event stores in folders or on web servers.
 *
 * @module
 */

import { join } from "node:path";
import { isUrl } from "../../dataset/files/file_path.ts";
import {
  type EventStore,
  isStore,
  openStore,
  type ReadOptions,
} from "../../dataset/store/store.ts";
import { onlineCommand } from "../command_line/online_command.ts";

/** Default folder for downloads and caches. */
const CACHE = "data/cache";

/**
 * Tells whether a path is an event store; every URL is taken for one.
 *
 * @param path A path, or a URL.
 * @returns Whether it is.
 */
export async function leadsToStore(path: string): Promise<boolean> {
  return isUrl(path) || await isStore(path);
}

/**
 * Opens an event store. Chunks from a server are cached on disk.
 *
 * @param path The store's folder, or its URL.
 * @param options How slices are read, and the folder for caches.
 * @returns The store.
 * @throws {DatasetError} If it cannot be used.
 * @throws {Error} If the task has no permission to reach its server.
 */
export async function openEventStore(
  path: string,
  { cache = CACHE, ...options }: ReadOptions = {},
): Promise<EventStore> {
  await requireReach(path);
  return await openStore(path, { ...options, cache: join(cache, "chunks") });
}

/**
 * Requires permission to reach the server of a store.
 *
 * @param path The store's folder, or its URL.
 * @throws {Error} If it is missing; the message names a command with it.
 */
async function requireReach(path: string): Promise<void> {
  if (!isUrl(path) || !URL.canParse(path)) return;
  const { host } = new URL(path);
  const { state } = await Deno.permissions.query({ name: "net", host });
  if (state === "granted") return;
  throw new Error(
    `Cannot use "${path}": tasks reach no server unless it is named, as in ` +
      onlineCommand(host),
  );
}
