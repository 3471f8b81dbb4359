/**
 * Event stores of a command: in folders, or on web servers that its task may
 * reach.
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

/** Folder for what is downloaded or sliced, unless a configuration names one. */
const CACHE = "data/cache";

/**
 * Tells whether a path leads to an event store; a URL leads to nothing else.
 *
 * @param path A path, or a URL.
 * @returns Whether it does.
 */
export async function leadsToStore(path: string): Promise<boolean> {
  return isUrl(path) || await isStore(path);
}

/**
 * Opens an event store. Chunks that come from a server are kept on the disk.
 *
 * @param path The store's folder, or its URL.
 * @param options How slices are read, and the folder for caches.
 * @returns The store.
 * @throws {DatasetError} If it cannot be used.
 * @throws {Error} If the task may not reach its server.
 */
export async function openEventStore(
  path: string,
  { cache = CACHE, ...options }: ReadOptions = {},
): Promise<EventStore> {
  await requireReach(path);
  return await openStore(path, { ...options, cache: join(cache, "chunks") });
}

/**
 * Requires that the task may reach the server of a store.
 *
 * @param path The store's folder, or its URL.
 * @throws {Error} If it may not, with the command that may.
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
