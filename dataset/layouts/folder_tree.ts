/**
 * Recursive search of a folder for recordings.
 *
 * @module
 */

import { DatasetError } from "../files/errors.ts";
import { join } from "../files/file_path.ts";
import { fileProblem } from "../files/file_problem.ts";
import type { Place } from "./layout.ts";

/** File name suffixes of recordings. */
const RECORDING =
  /\.(aedat4?|dat|raw|es|bin|bs[123n]|npy|npz|csv|tsv|txt|h5|hdf5|bag|db3|mcap)$/i;

/** Names of text files that often accompany recordings. */
const NO_RECORDING =
  /^(?:(?:readme|licen[cs]e|requirements|metadata)\b|(?:notes|labels|classes|info|description)\.\w+$)/i;

/** Maximum depth of nested folders. */
const DEEPEST = 8;

const collator = new Intl.Collator("en", { numeric: true });

/**
 * Sorts names in natural order, `take2` before `take10`.
 *
 * @param names The names.
 * @returns The names in order.
 *
 * @example
 * ```ts
 * import { sortNames } from "./folder_tree.ts";
 * const names = sortNames(["take10", "take2"]);
 * if (names.join() !== "take2,take10") throw new Error(names.join());
 * ```
 */
export function sortNames(names: Iterable<string>): string[] {
  return [...names].sort((a, b) => collator.compare(a, b) || (a < b ? -1 : 1));
}

/**
 * Tells by its name whether a file may be a recording.
 *
 * @param name Name of the file.
 * @returns Whether it has the suffix of a recording and is not a known text
 *   file.
 *
 * @example
 * ```ts
 * import { isRecording } from "./folder_tree.ts";
 * if (!isRecording("wave.aedat4") || isRecording("README.txt")) {
 *   throw new Error("expected the recording alone");
 * }
 * ```
 */
export function isRecording(name: string): boolean {
  return RECORDING.test(name) && !NO_RECORDING.test(name);
}

/**
 * Lists a folder, or recognises a file.
 *
 * @param path Its path.
 * @returns Names of the files and folders in it, without hidden ones.
 * @throws {DatasetError} If it does not exist or cannot be read.
 *
 * @example
 * ```ts
 * import { lookAt } from "./folder_tree.ts";
 * const folder = await Deno.makeTempDir();
 * await Deno.mkdir(`${folder}/wave`);
 * const { folders } = await lookAt(folder);
 * if (folders.join() !== "wave") throw new Error("expected a folder");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function lookAt(path: string): Promise<Place> {
  try {
    if (!(await Deno.stat(path)).isDirectory) {
      return { path, files: undefined, folders: [] };
    }
    const [files, folders]: string[][] = [[], []];
    for await (const entry of Deno.readDir(path)) {
      if (entry.name.startsWith(".") || entry.name === "__MACOSX") continue;
      const isFolder = entry.isSymlink
        ? await leadsToFolder(join(path, entry.name))
        : entry.isDirectory;
      (isFolder ? folders : files).push(entry.name);
    }
    return { path, files: sortNames(files), folders: sortNames(folders) };
  } catch (cause) {
    throw new DatasetError(path, fileProblem(cause), { cause });
  }
}

/**
 * Tells whether a symbolic link leads to a folder; a broken link counts as a
 * file.
 */
async function leadsToFolder(link: string): Promise<boolean> {
  try {
    return (await Deno.stat(link)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Lists the recordings in a folder, recursively.
 *
 * @param place The folder.
 * @returns Their paths below the folder, such as `wave/ann/1.raw`, sorted.
 * @throws {DatasetError} If a folder cannot be read.
 *
 * @example
 * ```ts
 * import { listRecordings, lookAt } from "./folder_tree.ts";
 * const folder = await Deno.makeTempDir();
 * await Deno.mkdir(`${folder}/wave`);
 * await Deno.writeTextFile(`${folder}/wave/1.csv`, "");
 * const found = await listRecordings(await lookAt(folder));
 * if (found.join() !== "wave/1.csv") throw new Error(found.join());
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function listRecordings(place: Place): Promise<string[]> {
  const list = async (
    { path, files = [], folders }: Place,
    above: readonly string[],
  ): Promise<string[]> => {
    const real = await Deno.realPath(path);
    // A link to a parent folder would cause endless recursion.
    if (above.includes(real)) return [];
    const found = files.filter(isRecording);
    if (above.length + 1 === DEEPEST) return found;
    for (const folder of folders) {
      // An event store is a folder too, whose files are not recordings.
      if (folder.endsWith(".zarr")) continue;
      const inner = await lookAt(join(path, folder));
      const below = await list(inner, [...above, real]);
      for (const name of below) found.push(`${folder}/${name}`);
    }
    return found;
  };
  return await list(place, []);
}
