/**
 * Locks a run folder, so that only one run at a time writes to it.
 *
 * @module
 */

import { join } from "node:path";
import { fileProblem } from "../../dataset/files/file_problem.ts";
import { refuseLink } from "../files/atomic_write.ts";
import { warn } from "../command_line/print.ts";

/** Names of the empty files that are locked; they are not removed. */
const [NAME, CLAIM] = [".lock", ".claim"];

/** Interval of attempts, in ms. */
const PAUSE = 50;

/**
 * Default patience in ms: a process that only tests a lock holds it for an
 * instant.
 */
const PATIENCE = 500;

/**
 * Locks a folder until this process ends, even if it is killed.
 *
 * @param folder The folder; it is created if it is missing.
 * @param options `patience`: how long to wait for another process, in ms.
 * @returns The lock; disposing of it unlocks the folder.
 * @throws {Error} If another process has locked it, or it cannot be written.
 */
export async function lockFolder(
  folder: string,
  { patience = PATIENCE }: { readonly patience?: number } = {},
): Promise<Disposable> {
  const file = await open(folder, NAME);
  // The operating system unlocks the file when the process ends.
  if (await comes(() => tryLock(file, folder), patience)) return file;
  file.close();
  throw new Error(
    `Cannot start in "${folder}": another run is under way there; choose ` +
      "another folder with --out DIR",
  );
}

/**
 * Claims a run's folder on behalf of a run that is about to start in another
 * process, which locks the folder itself.
 *
 * @param folder The folder; it is created if it is missing.
 * @returns The claim, which ends when it is disposed or this process ends;
 * `undefined` if another process has claimed it.
 * @throws {Error} If the folder cannot be written.
 */
export async function claimFolder(
  folder: string,
): Promise<Disposable | undefined> {
  const file = await open(folder, CLAIM);
  // Without locks every claim succeeds; the run itself warns of that.
  const attempt = () => file.tryLock(true).catch(() => true);
  if (await comes(attempt, PATIENCE)) return file;
  file.close();
}

/**
 * Tells whether a process has locked a folder, on any machine. Asks the file
 * system, so that clocks do not matter.
 *
 * @param folder The folder, which may not exist.
 * @returns Whether it is locked; `undefined` if its file system has no locks.
 */
export async function isLocked(folder: string): Promise<boolean | undefined> {
  return await looksLocked(folder, NAME);
}

/**
 * Tells whether a process has claimed a folder with `claimFolder()`.
 *
 * @param folder The folder, which may not exist.
 * @returns Whether it is claimed; `undefined` if its file system has no locks.
 */
export async function isClaimed(folder: string): Promise<boolean | undefined> {
  return await looksLocked(folder, CLAIM);
}

/**
 * Locks a file of a rank in a run's folder until its process ends, even if it is
 * killed. Does nothing on file systems without locks.
 *
 * @param folder The folder; it is created if it is missing.
 * @param rank Number of the rank.
 * @returns The lock; disposing of it removes the file.
 * @throws {Error} If the folder cannot be written.
 */
export async function lockRank(
  folder: string,
  rank: number,
): Promise<Disposable> {
  const file = await open(folder, rankFile(rank));
  rankFiles.push(file);
  await file.tryLock(true).catch(() => {});
  return {
    [Symbol.dispose]() {
      try {
        // The file stays locked for a rank that has just opened it.
        Deno.removeSync(join(folder, rankFile(rank)));
      } catch {
        // The folder was removed or is not writable.
      }
    },
  };
}

/** Files of ranks; they stay open, and thus locked, until the process ends. */
const rankFiles: Deno.FsFile[] = [];

/**
 * Tells whether the process of a rank, which locks its file, has ended.
 *
 * @param folder The folder.
 * @param rank Number of the rank.
 * @returns Whether it has; false if that cannot be determined.
 */
export async function hasLeft(folder: string, rank: number): Promise<boolean> {
  try {
    using file = await Deno.open(join(folder, rankFile(rank)));
    return await file.tryLock(false);
  } catch {
    return false;
  }
}

function rankFile(rank: number): string {
  return `.rank${rank}`;
}

async function looksLocked(
  folder: string,
  name: string,
): Promise<boolean | undefined> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(join(folder, name));
  } catch {
    return false;
  }
  try {
    // A shared lock, because processes that test must not block each other.
    return !await file.tryLock(false);
  } catch {
    return undefined;
  } finally {
    file.close();
  }
}

/** Polls a condition; `false` if it is not met within `patience` ms. */
async function comes(
  isSo: () => Promise<boolean>,
  patience: number,
): Promise<boolean> {
  const end = performance.now() + patience;
  while (!await isSo()) {
    if (performance.now() > end) return false;
    await new Promise((done) => setTimeout(done, PAUSE));
  }
  return true;
}

async function open(folder: string, name: string): Promise<Deno.FsFile> {
  const path = join(folder, name);
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
      `cannot lock "${folder}": ${fileProblem(cause)}; another run in it ` +
        "would not be noticed",
    );
    return true;
  }
}
