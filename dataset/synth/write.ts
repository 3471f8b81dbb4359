/**
 * A synthetic data set on disk, laid out like SL-Animals-DVS.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { encodeAedat } from "../aedat_encode.ts";
import { DatasetError } from "../errors.ts";
import { allocateEvents, DVS128, type Events } from "../events.ts";
import { sessionOf } from "../sl_animals.ts";
import { MOTIONS } from "./motions.ts";
import { choosePeople, PEOPLE } from "./people.ts";
import { recordPerson, type SignSpan } from "./recording.ts";

/** What is to be made, and where. */
export interface SyntheticDatasetOptions {
  /** The folder; it is made, and files of the same names are replaced. */
  readonly out: string;
  /**
   * How many people sign, 1 to 59; the sessions keep their shares.
   * @default 59
   */
  readonly people?: number;
  /**
   * What all chance depends on, a whole number from 0.
   * @default 0
   */
  readonly seed?: number;
}

/** A recording that has been written. */
export interface WrittenRecording {
  /** Its name, as in `user00_indoor`. */
  readonly recording: string;
  /** Its number of events. */
  readonly events: number;
}

/**
 * Writes a synthetic data set and tells of each recording as it is done.
 *
 * The folder gets `recordings/NAME.aedat`, `tags/NAME.csv`, the file of classes
 * and, last of all, `filelist.txt` and `filelist_excludingS3.txt`. Nothing is
 * written before the first recording is asked for. The same seed gives the
 * same bytes, and a person's recording does not depend on how many sign.
 *
 * Events are written as jAER does: seen with jAER's axes people stand upright
 * and ON is ON; times start above 2³¹.
 *
 * @param options What, and where.
 * @returns The recordings, one after another.
 * @throws {RangeError} If there are not so many people, or the seed is none.
 * @throws {DatasetError} If a file cannot be written.
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
  const names: string[] = [];
  for (const person of choosePeople(people, seed)) {
    const name = person.recording;
    const { events, signs } = recordPerson(person, seed);
    const recorded = asRecorded(events, person.clockUs);
    // Days apart, so that no two recordings claim the same time.
    const start = new Date(Date.UTC(2019, 0, 1 + person.number));
    await write(
      join(out, "recordings", `${name}.aedat`),
      ReadableStream.from(encodeAedat(recorded, { start })),
    );
    await write(join(out, "tags", `${name}.csv`), formatTags(signs));
    names.push(name);
    yield { recording: name, events: events.t.length };
  }
  await write(
    join(out, "SL-Animals-DVS_gestures_definitions.csv"),
    lines([
      "class,class Def",
      ...MOTIONS.map(({ name }, n) => `${n + 1},${name}`),
    ]),
  );
  await write(join(out, "filelist.txt"), lines(names));
  await write(
    join(out, "filelist_excludingS3.txt"),
    lines(names.filter((name) => sessionOf(name).session !== "S3")),
  );
}

/** Turns events to the axes, polarity and clock of a recording. */
function asRecorded({ x, y, t, p }: Events, clockUs: number): Events {
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

async function write(
  path: string,
  content: Uint8Array | ReadableStream<Uint8Array>,
): Promise<void> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(path, content);
  } catch (cause) {
    throw new DatasetError(path, (cause as Error).message, { cause });
  }
}
