/**
 * Folders that are given as a network.
 *
 * @module
 */

import { join } from "node:path";
import { fileProblem } from "../../dataset/files/file_problem.ts";
import { isRecording, sortNames } from "../../dataset/layouts/folder_tree.ts";
import { CONFIG_FILE, WEIGHTS_FILE, weightsName } from "../run/files.ts";
import { requireOneRun } from "../run/seeds.ts";
import { NetworkError } from "./network/network_error.ts";

/** Deepest folder in which a recording is looked for. */
const DEEPEST = 3;

/**
 * Requires that a folder is that of a run, with the weights of a fold.
 *
 * @param folder The folder.
 * @param fold The fold.
 * @throws {NetworkError} If it does not exist or is another folder.
 * @throws {Error} If it holds several runs.
 */
export async function requireRunFolder(
  folder: string,
  fold: number,
): Promise<void> {
  const names = await namesIn(folder).catch((cause) => {
    throw new NetworkError(fileProblem(cause), { cause });
  });
  if (names.includes(weightsName(fold))) return;
  await requireOneRun(folder);
  const [other] = names.flatMap((name) => WEIGHTS_FILE.exec(name)?.[1] ?? []);
  if (other !== undefined) {
    throw new NetworkError(
      `the run has no weights of fold ${fold}; --fold ${other} has`,
    );
  }
  if (names.includes(CONFIG_FILE)) {
    throw new NetworkError(
      `the run has no weights yet, ${weightsName(fold)}`,
    );
  }
  const recording = await findRecording(folder);
  throw new NetworkError(
    recording === undefined
      ? `it is no folder of a run, which has ${weightsName(fold)}`
      : "it is a folder of recordings; give one of them, such as " +
        `"${recording}", or the folder of a run`,
  );
}

/**
 * Looks for a recording in a folder; folders in it come first, since lists of
 * recordings have names as recordings do.
 *
 * @param folder The folder.
 * @param depth Folders above it that were looked into. @default 0
 * @returns Path of the first one; `undefined` if there is none nearby.
 */
export async function findRecording(
  folder: string,
  depth = 0,
): Promise<string | undefined> {
  const files: string[] = [];
  for (const name of await namesIn(folder).catch(() => [])) {
    const path = join(folder, name);
    const info = await Deno.stat(path).catch(() => undefined);
    if (info?.isFile && isRecording(name)) files.push(path);
    if (!info?.isDirectory || depth === DEEPEST) continue;
    const found = await findRecording(path, depth + 1);
    if (found !== undefined) return found;
  }
  return files[0];
}

/** Names in a folder, sorted. */
async function namesIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return sortNames(entries.map(({ name }) => name));
}
