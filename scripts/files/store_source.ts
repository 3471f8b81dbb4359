/**
 * Files that an event store was sliced from, and those that have changed since.
 *
 * @module
 */

import { join, relative, resolve, sep } from "node:path";
import { counted } from "../../dataset/files/counted.ts";
import { isUrl } from "../../dataset/files/file_path.ts";
import {
  parseStoreAttributes,
  type SourceFile,
  type StoreSource,
} from "../../dataset/store/attributes.ts";
import { readGroup } from "../../dataset/store/zarr/groups.ts";
import { inParallel } from "../../dataset/threads/in_parallel.ts";
import { quote } from "../command_line/quote.ts";

/**
 * Describes files before they are sliced.
 *
 * @param store The store.
 * @param options The files, and the arguments of `deno task slice` that name
 * them.
 * @returns Their sizes and times of change; files that do not exist are left
 * out.
 */
export async function describeSource(
  store: string,
  { paths, arguments: words }: {
    readonly paths: Iterable<string>;
    readonly arguments: readonly string[];
  },
): Promise<StoreSource> {
  const files = await inParallel([...new Set(paths)], async (path) => {
    const file = relative(resolve(store), resolve(path)).replaceAll(sep, "/");
    return await lookAt(path, file);
  });
  return {
    arguments: words,
    files: files.filter((file) => file !== undefined),
  };
}

/**
 * Describes which files have changed since a store was sliced from them, by
 * their sizes and times. A store at a URL, or without its files, has none.
 *
 * @param store The store.
 * @returns A line with the command that slices them anew, if any has changed.
 * @throws {DatasetError} If the store's attributes cannot be used.
 */
export async function describeChanges(
  store: string,
): Promise<string | undefined> {
  if (isUrl(store)) return undefined;
  const { source } = parseStoreAttributes(store, await readGroup(store) ?? {});
  if (source === undefined) return undefined;
  const pairs = await inParallel(source.files, async (before) => {
    const now = await lookAt(resolve(store, before.path), before.path);
    return now === undefined ? undefined : { before, now };
  });
  const there = pairs.filter((pair) => pair !== undefined);
  const isSame = ({ before, now }: typeof there[number]) =>
    now.changedMs === before.changedMs;
  // Where no file has its time, all were copied.
  const areTimesKept = there.some(isSame);
  const changed = there.filter((pair) =>
    pair.now.bytes !== pair.before.bytes || (areTimesKept && !isSame(pair))
  );
  if (changed.length === 0) return undefined;
  const [first] = changed.map(({ before }) => join(store, before.path));
  const others = changed.length - 1;
  const more = others === 0 ? "" : ` and ${counted(others, "other file")}`;
  const command = ["deno", "task", "slice", ...source.arguments];
  return `"${store}" was sliced before "${first}"${more} changed; slice it ` +
    `anew with ${[...command, "--out", store].map(quote).join(" ")}`;
}

/** Reads size and time of a file, if it is there. */
async function lookAt(
  path: string,
  name: string,
): Promise<SourceFile | undefined> {
  const found = await Deno.stat(path).catch(() => undefined);
  if (!found?.isFile) return undefined;
  const changedMs = found.mtime?.getTime() ?? 0;
  return { path: name, bytes: found.size, changedMs };
}
