/**
 * Speed of slicing recordings into an event store and of reading events back,
 * all in the page cache.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { encodeAedat } from "../dataset/formats/aedat2/aedat_encode.ts";
import { allocateEvents, type Events } from "../dataset/events.ts";
import { sliceRecordings } from "../dataset/slicing/slice.ts";
import { openStore } from "../dataset/store/store.ts";

const NAMES = ["user00_indoor", "user18_sunlight", "user25_imse", "user35_dc"];
const RECORDS = 1_000_000;
const SIGNS = 19;
const TAGGED = Math.floor(RECORDS / SIGNS) - 1000;

/**
 * Makes events of a blob that circles in front of the camera, at random
 * intervals.
 */
function circle(seed: number): Events {
  const events = allocateEvents(RECORDS);
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  let time = 2 ** 31;
  for (let i = 0; i < RECORDS; i++) {
    time += Math.floor(-24 * Math.log(1 - random()));
    const spread = () => 20 * (random() + random() + random() - 1.5);
    events.x[i] = 64 + 30 * Math.sin(time / 3e5) + spread();
    events.y[i] = 64 + 30 * Math.cos(time / 3e5) + spread();
    events.t[i] = time;
    events.p[i] = random() < 0.5 ? 1 : 0;
  }
  return events;
}

const folder = await Deno.makeTempDir();
const bestMs = new Map<string, number>();
addEventListener("unload", () => {
  Deno.removeSync(folder, { recursive: true });
  for (const [name, ms] of bestMs) {
    const rate = (records / ms / 1e3).toFixed(1);
    const bytes = (records * 8 / ms / 1e3).toFixed(0);
    console.log(`${name}: ${rate} M events/s, ${bytes} MB/s of AEDAT`);
  }
});
const signs = Array.from({ length: SIGNS }, (_, i) => i);
for (const [i, name] of NAMES.entries()) {
  await Deno.writeFile(
    join(folder, `${name}.aedat`),
    ReadableStream.from(encodeAedat(circle(i + 1))),
  );
  const tags = signs.map((n) => {
    const start = Math.floor(n * RECORDS / SIGNS);
    return `${n + 1},${start},${start + TAGGED}`;
  });
  await Deno.writeTextFile(
    join(folder, `${name}.csv`),
    ["class,startTime_ev,endTime_ev", ...tags].join("\n"),
  );
}
await Deno.writeTextFile(join(folder, "list.txt"), NAMES.join("\n"));
await Deno.writeTextFile(
  join(folder, "classes.txt"),
  ["class,class Def", ...signs.map((n) => `${n + 1},sign ${n}`)].join("\n"),
);
const options = {
  recordings: folder,
  tags: folder,
  list: join(folder, "list.txt"),
  classes: join(folder, "classes.txt"),
  out: join(folder, "events.zarr"),
};

await sliceRecordings(options);
const { slices } = await openStore(options.out);
assert(slices.every(({ events }) => events === TAGGED));
const records = NAMES.length * RECORDS;

/** Times `work`, excluding `prepare`, and keeps the best time. */
function measure<T>(
  name: string,
  group: string,
  prepare: () => Promise<T>,
  work: (prepared: T) => Promise<unknown>,
): void {
  Deno.bench({
    name,
    group,
    async fn(bench) {
      const prepared = await prepare();
      const start = performance.now();
      bench.start();
      await work(prepared);
      bench.end();
      const ms = performance.now() - start;
      bestMs.set(name, Math.min(ms, bestMs.get(name) ?? Infinity));
    },
  });
}

measure(
  "slice four recordings",
  "slicing",
  () => Deno.remove(options.out, { recursive: true }),
  () => sliceRecordings(options),
);
measure(
  "find them sliced",
  "slicing",
  () => sliceRecordings(options),
  () => sliceRecordings(options),
);
measure(
  "read all slices",
  "reading",
  () => openStore(options.out),
  async (store) => {
    for (const index of slices.keys()) await store.events(index);
  },
);

Deno.bench({
  name: "open the store",
  group: "reading",
  fn: async () => void await openStore(options.out),
});
