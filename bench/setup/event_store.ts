/**
 * An event store like that of SL-Animals, for benchmarks that read samples.
 *
 * @module
 */

import { join } from "node:path";
import { encodeAedat } from "../../dataset/formats/aedat2/aedat_encode.ts";
import { allocateEvents, type Events } from "../../dataset/events.ts";
import { sliceRecordings } from "../../dataset/slicing/slice.ts";
import { type EventStore, openStore } from "../../dataset/store/store.ts";

const SIGNS = 19;

/** Length of a sign in µs, the mean of SL-Animals. */
const SIGN_US = 4_360_000;

/**
 * Writes recordings of random events, slices them and opens the store.
 *
 * @param folder An empty folder to write to.
 * @param options Number of recordings, each of 19 signs, and of events per
 *   sign.
 * @returns The store.
 */
export async function makeStore(
  folder: string,
  options: { readonly recordings: number; readonly events: number },
): Promise<EventStore> {
  const signs = Array.from({ length: SIGNS }, (_, n) => n);
  const names = Array.from(
    { length: options.recordings },
    (_, n) => `user${String(n + 10)}_indoor`,
  );
  const tags = signs.map((n) =>
    `${n + 1},${n * options.events},${(n + 1) * options.events}`
  );
  for (const [index, name] of names.entries()) {
    await Deno.writeFile(
      join(folder, `${name}.aedat`),
      ReadableStream.from(encodeAedat(noise(index + 1, options.events))),
    );
    await Deno.writeTextFile(
      join(folder, `${name}.csv`),
      ["class,startTime_ev,endTime_ev", ...tags].join("\n"),
    );
  }
  const list = join(folder, "list.txt");
  await Deno.writeTextFile(list, names.join("\n"));
  const classes = join(folder, "classes.txt");
  await Deno.writeTextFile(
    classes,
    ["class,class Def", ...signs.map((n) => `${n + 1},sign ${n}`)].join("\n"),
  );
  const out = join(folder, "events.zarr");
  await sliceRecordings({
    recordings: folder,
    tags: folder,
    list,
    classes,
    out,
  });
  return await openStore(out);
}

/** Makes events at random pixels, evenly spaced in time. */
function noise(seed: number, each: number): Events {
  const count = SIGNS * each;
  const events = allocateEvents(count);
  let state = seed;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    events.x[i] = state >>> 25;
    events.y[i] = (state >>> 18) & 127;
    events.p[i] = (state >>> 17) & 1;
    events.t[i] = 2 ** 31 + Math.floor(i * SIGN_US / each);
  }
  return events;
}
