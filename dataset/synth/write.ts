/**
 * A synthetic data set on disk, laid out like SL-Animals-DVS.
 *
 * @module
 */

import { encodeAedat } from "../formats/aedat2/aedat_encode.ts";
import { DatasetError } from "../files/errors.ts";
import { allocateEvents, DVS128, type Events } from "../events.ts";
import { folderOf, join } from "../files/file_path.ts";
import { fileProblem } from "../files/file_problem.ts";
import { sessionOf } from "../formats/sl_animals.ts";
import { MOTIONS } from "./motions.ts";
import { choosePeople, PEOPLE, type Person } from "./people.ts";
import { recordPerson, type SignSpan } from "./recording.ts";

/** Folder, size and seed of a synthetic data set. */
export interface SyntheticDatasetOptions {
  /** The folder, created if it is missing. */
  readonly out: string;
  /**
   * Number of people who sign, 1 to 59; the sessions keep their shares.
   * @default 59
   */
  readonly people?: number;
  /**
   * Seed of all random numbers, a whole number from 0.
   * @default 0
   */
  readonly seed?: number;
}

/** A recording that the data set has now. */
export interface WrittenRecording {
  /** Name of the recording, as in `user00_indoor`. */
  readonly recording: string;
  /** Number of events. */
  readonly events: number;
}

/**
 * Writes a synthetic data set, and yields each recording when it is complete.
 *
 * An existing file with the same content is kept, one with other content is an
 * error: no file is replaced, and a partly written data set is completed.
 *
 * The folder gets `recordings/NAME.aedat`, `tags/NAME.csv`, the file of classes
 * and, last of all, `filelist.txt` and `filelist_excludingS3.txt`. Nothing is
 * written before the first recording is requested. The same seed gives the same
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
  // Existing recordings first: if one has other content, nothing is written.
  for (const person of [...present, ...missing]) {
    const { events, signs } = recordPerson(person, seed);
    const recorded = asRecorded(events, person.clockUs);
    // Days apart, so that no two recordings claim the same time.
    const start = new Date(Date.UTC(2019, 0, 1 + person.number));
    const chunks = ReadableStream.from(encodeAedat(recorded, { start }));
    await keepOrWrite(pathOf(person), await new Response(chunks).bytes());
    const tags = join(out, "tags", `${person.recording}.csv`);
    await keepOrWrite(tags, formatTags(signs));
    yield { recording: person.recording, events: events.t.length };
  }
  for (const [name, content] of Object.entries(lists)) {
    await keepOrWrite(join(out, name), content);
  }
}

/** Contents of the file of classes and the lists of recordings, by file name. */
function formatLists(names: readonly string[]): Record<string, Uint8Array> {
  return {
    "SL-Animals-DVS_gestures_definitions.csv": lines([
      "class,class Def",
      ...MOTIONS.map(({ name }, n) => `${n + 1},${name}`),
    ]),
    "filelist.txt": lines(names),
    "filelist_excludingS3.txt": lines(
      names.filter((name) => sessionOf(name).session !== "S3"),
    ),
  };
}

/**
 * Converts events to the axes, the polarity and the clock of a recording.
 *
 * @param events Events as `recordPerson()` returns them.
 * @param clockUs Time of the camera's clock at time 0, in µs.
 * @returns Events as `readAedat()` returns them by default.
 *
 * @example
 * ```ts
 * import { asRecorded } from "./write.ts";
 * const { x, p } = asRecorded({
 *   x: Uint16Array.of(3),
 *   y: Uint16Array.of(0),
 *   t: Uint32Array.of(0),
 *   p: Uint8Array.of(1),
 * }, 2 ** 31);
 * if (x[0] !== 127 || p[0] !== 0) throw new Error("expected the other axes");
 * ```
 */
export function asRecorded({ x, y, t, p }: Events, clockUs: number): Events {
  const recorded = allocateEvents(t.length);
  for (let n = 0; n < t.length; n++) {
    recorded.x[n] = DVS128.height - 1 - y[n];
    recorded.y[n] = DVS128.width - 1 - x[n];
    recorded.t[n] = clockUs + t[n];
    recorded.p[n] = 1 - p[n];
  }
  return recorded;
}

function formatTags(signs: readonly SignSpan[]): Uint8Array {
  return lines([
    "class,startTime_ev,endTime_ev",
    ...signs.map(({ label, start, end }) => `${label + 1},${start},${end}`),
  ]);
}

function lines(texts: readonly string[]): Uint8Array {
  return new TextEncoder().encode(texts.map((text) => `${text}\n`).join(""));
}

/** Writes a file, complete or not at all, unless it exists. */
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

/** Tells whether a file exists; throws if it has other content. */
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
