/** Recordings, tags and lists to slice, made byte by byte. */

import { join } from "node:path";
import type { SliceOptions } from "../../../dataset/slicing/slice.ts";
import { concatBytes, records } from "../formats/aedat_files.ts";

/** Address and time of a record. */
export type Pair = readonly [address: number, time: number];

/** A recording, and the first record and the end of each sign. */
export interface TaggedRecording {
  readonly pairs: readonly Pair[];
  readonly tags: readonly (readonly [start: number, end: number])[];
}

/** Random records; one in `specialEvery` is a special event. */
export function randomPairs(count: number, specialEvery = Infinity): Pair[] {
  let state = count;
  let time = 0x9000_0000;
  return Array.from({ length: count }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    time += state >>> 27;
    const special = i % specialEvery === specialEvery - 1;
    return [(state >>> 17) | (special ? 0x8000 : 0), time];
  });
}

/** Decodes records to events, in reference axes. */
export function eventsOf(pairs: readonly Pair[]): number[][] {
  return pairs.filter(([address]) => address < 0x8000).map((
    [address, time],
  ) => [(address >> 8) & 127, (address >> 1) & 127, time, address & 1]);
}

/** Turns columns into rows of x, y, t, p. */
export function rows(
  { x, y, t, p }: Record<"x" | "y" | "t" | "p", ArrayLike<number>>,
): number[][] {
  return Array.from(t, (time, i) => [x[i], y[i], time, p[i]]);
}

/** Writes a recording, as NAME.aedat. */
export async function writeRecording(
  folder: string,
  name: string,
  pairs: readonly Pair[],
): Promise<void> {
  const bytes = concatBytes("#!AER-DAT2.0\r\n", records(pairs, 8));
  await Deno.writeFile(join(folder, `${name}.aedat`), bytes);
}

/** Writes a tag file, as NAME.csv. */
export async function writeTags(
  folder: string,
  name: string,
  tags: TaggedRecording["tags"],
): Promise<void> {
  const lines = tags.map(([start, end], i) => `${i + 1},${start},${end},9.5`);
  await Deno.writeTextFile(
    join(folder, `${name}.csv`),
    ["class,startTime_ev,endTime_ev,seconds", ...lines, ""].join("\n"),
  );
}

/** Writes a data set into a folder, and gives the options to slice it. */
export async function writeData(
  folder: string,
  recordings: Readonly<Record<string, TaggedRecording>>,
): Promise<SliceOptions> {
  const names = Object.keys(recordings);
  for (const name of names) {
    await writeRecording(folder, name, recordings[name].pairs);
    await writeTags(folder, name, recordings[name].tags);
  }
  const classes = recordings[names[0]].tags.map((_, i) => `${i + 1},sign${i}`);
  const text = { list: names, classes: ["class,class Def", ...classes] };
  for (const [name, lines] of Object.entries(text)) {
    await Deno.writeTextFile(join(folder, `${name}.txt`), lines.join("\n"));
  }
  return {
    recordings: folder,
    tags: folder,
    list: join(folder, "list.txt"),
    classes: join(folder, "classes.txt"),
    out: join(folder, "events.zarr"),
  };
}

/** Runs a test with a temporary folder. */
export async function withFolder<T>(
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Contents of all files below a folder, as text, by their paths. */
export async function readTree(
  folder: string,
  below = "",
): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(join(folder, below))) {
    const path = join(below, name);
    if (isDirectory) Object.assign(files, await readTree(folder, path));
    else {
      const bytes = await Deno.readFile(join(folder, path));
      files[path] = bytes.toBase64();
    }
  }
  return files;
}

/** Three recordings. */
export const DATA: Record<string, TaggedRecording> = {
  user00_indoor: {
    pairs: randomPairs(3000, 100),
    tags: [[10, 1000], [1200, 3000]],
  },
  user18_sunlight: { pairs: randomPairs(700), tags: [[0, 1], [1, 700]] },
  user25_imse: { pairs: randomPairs(800), tags: [[5, 100], [200, 300]] },
};
