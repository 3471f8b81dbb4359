/**
 * Writer of synthetic data sets on disk, laid out like SL-Animals-DVS.
 *
 * @module
 */

import { DatasetError } from "../files/errors.ts";
import { folderOf, join } from "../files/file_path.ts";
import { fileProblem } from "../files/file_problem.ts";
import { sessionOf } from "../formats/sl_animals.ts";
import { MOTIONS } from "./motions.ts";
import { choosePeople, PEOPLE, type Person } from "./people.ts";
import { recordOnThreads } from "./record_threads.ts";
import { formatLines } from "./recorded_files.ts";

/** Folder, size and seed of a synthetic data set. */
export interface SyntheticDatasetOptions {
  /** The folder, created if it is missing. */
  readonly out: string;
  /**
   * Number of signers, 1 to 59; sessions are represented in proportion to their
   * size.
   * @default 59
   */
  readonly people?: number;
  /**
   * Seed of all random numbers, a non-negative whole number.
   * @default 0
   */
  readonly seed?: number;
}

/** A recording of the data set on disk. */
export interface WrittenRecording {
  /** Name of the recording, as in `user00_indoor`. */
  readonly recording: string;
  /** Number of events. */
  readonly events: number;
}

/**
 * Writes a synthetic data set and yields each recording when it is complete.
 *
 * An existing file with the same content is kept; one with different content is
 * an error. No file is replaced, and a partly written data set is completed.
 *
 * The folder receives `recordings/NAME.aedat`, `tags/NAME.csv`, the class
 * definitions and, last, `filelist.txt` and `filelist_excludingS3.txt`. Nothing
 * is written before the first recording is requested. Equal seeds give equal
 * bytes, and a person's recording does not depend on the number of people.
 *
 * Events are written as jAER does: in jAER's axes people stand upright and
 * p = 1 is ON; times start above 2³¹.
 *
 * @param options Folder, size and seed.
 * @returns The recordings, one after another.
 * @throws {RangeError} If there are not that many people, or the seed is not a
 *   whole number from 0.
 * @throws {DatasetError} If a file exists with other content, or cannot be
 *   written.
 *
 * @example
 * ```ts
 * import { writeSyntheticDataset } from "./write.ts";
 * const out = await Deno.makeTempDir();
 * for await (
 *   const { recording } of writeSyntheticDataset({ out, people: 1 })
 * ) {
 *   if (recording !== "user25_imse") throw new Error(recording);
 * }
 * const list = await Deno.readTextFile(`${out}/filelist.txt`);
 * if (list !== "user25_imse\n") throw new Error(list);
 * await Deno.remove(out, { recursive: true });
 * ```
 */
export async function* writeSyntheticDataset(
  { out, people = PEOPLE, seed = 0 }: SyntheticDatasetOptions,
): AsyncGenerator<WrittenRecording> {
  const chosen = choosePeople(people, seed);
  const lists = formatLists(chosen.map(({ recording }) => recording));
  for (const [name, content] of Object.entries(lists)) {
    await isThere(join(out, name), content);
  }
  const pathOf = ({ recording }: Person) =>
    join(out, "recordings", `${recording}.aedat`);
  const there = await Promise.all(
    chosen.map((person) => exists(pathOf(person))),
  );
  const present = chosen.filter((_, index) => there[index]);
  const missing = chosen.filter((_, index) => !there[index]);
  // Existing recordings are checked first: if one has different content,
  // nothing is written.
  const order = [...present, ...missing];
  const jobs = order.map((person) => ({ person, seed }));
  for await (const { recording, tags, events } of recordOnThreads(jobs)) {
    const person = order.shift()!;
    await keepOrWrite(pathOf(person), recording);
    await keepOrWrite(join(out, "tags", `${person.recording}.csv`), tags);
    yield { recording: person.recording, events };
  }
  for (const [name, content] of Object.entries(lists)) {
    await keepOrWrite(join(out, name), content);
  }
}

/**
 * Returns the contents of the class definitions and the lists of recordings by
 * file name.
 */
function formatLists(names: readonly string[]): Record<string, Uint8Array> {
  return {
    "SL-Animals-DVS_gestures_definitions.csv": formatLines([
      "class,class Def",
      ...MOTIONS.map(({ name }, n) => `${n + 1},${name}`),
    ]),
    "filelist.txt": formatLines(names),
    "filelist_excludingS3.txt": formatLines(
      names.filter((name) => sessionOf(name).session !== "S3"),
    ),
  };
}

/** Writes a file atomically unless it exists. */
async function keepOrWrite(path: string, content: Uint8Array): Promise<void> {
  if (await isThere(path, content)) return;
  const partial = `${path}.new`;
  try {
    await Deno.mkdir(folderOf(path), { recursive: true });
    await Deno.writeFile(partial, content);
    await Deno.rename(partial, path);
  } catch (cause) {
    await Deno.remove(partial).catch(() => {});
    throw new DatasetError(path, fileProblem(cause), { cause });
  }
}

/** Tells whether a file exists; throws if its content differs. */
async function isThere(path: string, content: Uint8Array): Promise<boolean> {
  const found = await readIfThere(path);
  if (
    found && (found.length !== content.length ||
      found.some((byte, index) => byte !== content[index]))
  ) {
    throw new DatasetError(
      path,
      "it exists with other content; remove it or choose another folder",
    );
  }
  return found !== undefined;
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw new DatasetError(path, fileProblem(cause), { cause });
  }
}
