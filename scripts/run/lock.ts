/**
 * One run at a time in a folder.
 *
 * @module
 */

import { join } from "node:path";
import { fileProblem } from "../../dataset/files/file_problem.ts";
import { refuseLink } from "../files/atomic_write.ts";
import { warn } from "../command_line/print.ts";

/** The file that is locked; it stays there, and holds nothing. */
const NAME = ".lock";

/**
 * Locks a folder until this process ends, by whatever end.
 *
 * @param folder The folder; it is made if it is not there.
 * @returns What unlocks it when it is disposed.
 * @throws {Error} If another process has locked it, or it cannot be written.
 */
export async function lockFolder(folder: string): Promise<Disposable> {
  const file = await open(folder);
  // The system unlocks it when the process ends, even if that is killed.
  if (await tryLock(file, folder)) return file;
  file.close();
  throw new Error(
    `Cannot start in "${folder}": another run is under way there; --out DIR ` +
      "puts this one elsewhere",
  );
}

async function open(folder: string): Promise<Deno.FsFile> {
  const path = join(folder, NAME);
  await refuseLink(path);
  try {
    await Deno.mkdir(folder, { recursive: true });
    return await Deno.open(path, { write: true, create: true });
  } catch (cause) {
    throw new Error(`Cannot write "${folder}": ${fileProblem(cause)}`, {
      cause,
    });
  }
}

async function tryLock(file: Deno.FsFile, folder: string): Promise<boolean> {
  try {
    return await file.tryLock(true);
  } catch (cause) {
    warn(
      `"${folder}" cannot be locked, ${fileProblem(cause)}: another ` +
        "run there would not be noticed",
    );
    return true;
  }
}
