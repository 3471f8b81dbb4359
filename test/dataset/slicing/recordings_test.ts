import assert from "node:assert/strict";
import { join } from "node:path";
import { DVS128 } from "../../../dataset/events.ts";
import { openRecordings } from "../../../dataset/slicing/recordings.ts";
import { RecordingCache } from "../../../dataset/slicing/recording_cache.ts";
import { sliceRecordings } from "../../../dataset/slicing/slice.ts";
import { inspectRecording } from "../../../dataset/slicing/slice_source.ts";
import { sliceThreads } from "../../../dataset/slicing/slice_threads.ts";
import { type EventStore, openStore } from "../../../dataset/store/store.ts";
import {
  eventsOf,
  type Pair,
  randomPairs,
  readTree,
  rows,
  withFolder,
  writeData,
  writeRecording,
  writeTags,
} from "./slice_data.ts";

const ONE = "user00_indoor";
const TWO = "user18_sunlight";
const DATA = {
  [ONE]: { pairs: randomPairs(400, 7), tags: [[0, 100], [150, 400]] },
  [TWO]: { pairs: randomPairs(300), tags: [[10, 20], [15, 300]] },
} as const;

/** Writes two recordings into a folder, and gives the options to open them. */
async function prepare(folder: string) {
  const { list, classes } = await writeData(folder, DATA);
  const cache = join(folder, "cache");
  return { recordings: folder, tags: folder, list, classes, cache };
}

async function allEvents(store: EventStore): Promise<number[][][]> {
  const all: number[][][] = [];
  for (const index of store.labels.keys()) {
    all.push(rows(await store.events(index)));
  }
  return all;
}

/** Names of the recordings in a cache, each with its digest. */
async function entries(cache: string): Promise<string[]> {
  const found = await Array.fromAsync(Deno.readDir(cache));
  return found.map(({ name }) => name).sort();
}

/** Time at which each recording in a cache was written. */
async function timesIn(cache: string): Promise<(number | undefined)[]> {
  const files = (await entries(cache)).map((name) =>
    Deno.stat(join(cache, name, "zarr.json"))
  );
  return (await Promise.all(files)).map(({ mtime }) => mtime?.getTime());
}

Deno.test("openRecordings() gives what a store of the same recordings gives", async () => {
  await withFolder(async (folder) => {
    const options = await prepare(folder);
    const out = join(folder, "events.zarr");
    await sliceRecordings({ ...options, out });
    const store = await openStore(out);
    for (const _ of ["made", "found"]) {
      const opened = await openRecordings(options);
      assert.deepEqual(opened.slices, store.slices);
      assert.deepEqual(opened.classes, store.classes);
      assert.deepEqual(opened.sensor, store.sensor);
      assert.deepEqual(opened.timing, store.timing);
      assert.deepEqual(await allEvents(opened), await allEvents(store));
    }
  });
});

Deno.test("openRecordings() slices nothing again while nothing has changed", async () => {
  await withFolder(async (folder) => {
    const options = await prepare(folder);
    await openRecordings(options);
    const made = await readTree(options.cache);
    const before = await timesIn(options.cache);
    const told: [number, number][] = [];
    await openRecordings({
      ...options,
      onProgress: (done, total) => told.push([done, total]),
    });
    assert.deepEqual(told, [[1, 2], [2, 2]]);
    assert.deepEqual(await readTree(options.cache), made);
    assert.deepEqual(await timesIn(options.cache), before);
  });
});

Deno.test("openRecordings() never gives slices of an earlier state", async () => {
  await withFolder(async (folder) => {
    const options = await prepare(folder);
    await openRecordings(options);
    const path = join(folder, `${ONE}.aedat`);
    const { mtime } = await Deno.stat(path);

    // One bit in the middle: same size, same time, same header, same ends.
    const changed: Pair[] = DATA[ONE].pairs.map(([address, time], i) =>
      i === 200 ? [address ^ 2, time] : [address, time]
    );
    await writeRecording(folder, ONE, changed);
    await Deno.utime(path, mtime!, mtime!);
    const recording = await openRecordings(options);
    assert.deepEqual(
      rows(await recording.events(1)),
      eventsOf(changed.slice(150, 400)),
    );

    await writeTags(folder, ONE, [[0, 101], [150, 400]]);
    const tags = await openRecordings(options);
    assert.deepEqual(
      rows(await tags.events(0)),
      eventsOf(changed.slice(0, 101)),
    );

    const jaer = await openRecordings({ ...options, axes: "jaer" });
    const turned = eventsOf(changed.slice(0, 101))
      .map(([x, y, t, p]) => [127 - y, x, t, 1 - p]);
    assert.deepEqual(rows(await jaer.events(0)), turned);

    // The cache has the first state and every later one.
    assert.equal((await entries(options.cache)).length, 6);
    await writeRecording(folder, ONE, DATA[ONE].pairs);
    await writeTags(folder, ONE, DATA[ONE].tags);
    const first = await openRecordings(options);
    assert.deepEqual(
      rows(await first.events(1)),
      eventsOf(DATA[ONE].pairs.slice(150, 400)),
    );
    assert.equal((await entries(options.cache)).length, 6);
  });
});

Deno.test("openRecordings() keeps open slices while the recording changes", async () => {
  await withFolder(async (folder) => {
    const options = await prepare(folder);
    const before = await openRecordings(options);
    await writeRecording(folder, ONE, randomPairs(401));
    await openRecordings(options);
    assert.deepEqual(
      rows(await before.events(1)),
      eventsOf(DATA[ONE].pairs.slice(150, 400)),
    );
  });
});

Deno.test("openRecordings() slices a recording once for several lists", async () => {
  await withFolder(async (folder) => {
    const options = await prepare(folder);
    await openRecordings(options);
    await Deno.writeTextFile(join(folder, "reduced.txt"), `${TWO}\n`);
    const list = join(folder, "reduced.txt");
    const reduced = await openRecordings({ ...options, list });
    assert.deepEqual(reduced.slices.map(({ source }) => source), [TWO, TWO]);
    assert.equal((await entries(options.cache)).length, 2);
  });
});

Deno.test("openRecordings() slices damaged and unfinished recordings again", async () => {
  await withFolder(async (folder) => {
    const options = await prepare(folder);
    const whole = await allEvents(await openRecordings(options));
    const made = await readTree(options.cache);
    const [one, two] = await entries(options.cache);
    await Deno.remove(join(options.cache, one, "zarr.json"));
    await Deno.writeTextFile(join(options.cache, two, "x", "zarr.json"), "{");
    assert.deepEqual(await allEvents(await openRecordings(options)), whole);
    assert.deepEqual(await readTree(options.cache), made);
    const chunk = join(options.cache, two, "t", "c", "0");
    await Deno.writeFile(chunk, (await Deno.readFile(chunk)).with(20, 0));
    assert.deepEqual(await allEvents(await openRecordings(options)), whole);
    const attributes = join(options.cache, one, "zarr.json");
    const text = await Deno.readTextFile(attributes);
    assert.match(text, /"tagEnds":\s*\[\s*100/);
    const other = text.replace(/("tagEnds":\s*\[\s*)100/, "$199");
    await Deno.writeTextFile(attributes, other);
    assert.deepEqual(await allEvents(await openRecordings(options)), whole);
  });
});

Deno.test("openRecordings() names the damaged file of the cache", async () => {
  await withFolder(async (folder) => {
    const options = await prepare(folder);
    const opened = await openRecordings(options);
    const [one] = await entries(options.cache);
    const chunk = join(options.cache, one, "t", "c", "0");
    const bytes = await Deno.readFile(chunk);
    bytes[5] ^= 1;
    await Deno.writeFile(chunk, bytes);
    await assert.rejects(opened.events(0), {
      name: "DatasetError",
      message:
        `Cannot use "${chunk}": it is damaged, its checksum does not match; ` +
        `remove "${join(options.cache, one)}" and slice again`,
    });
  });
});

Deno.test("openRecordings() fills a cache from several runs at once", async () => {
  await withFolder(async (folder) => {
    const options = await prepare(folder);
    const opened = await Promise.all(
      [1, 2, 3, 4].map(() => openRecordings(options)),
    );
    const events = await Promise.all(opened.map(allEvents));
    for (const other of events) assert.deepEqual(other, events[0]);
    assert.equal((await entries(options.cache)).length, 2);
  });
});

Deno.test("RecordingCache refuses a recording that changes while it is read", async () => {
  await withFolder(async (folder) => {
    const { cache } = await prepare(folder);
    const inspect = async () => {
      const options = { recordings: folder, tags: folder };
      const found = await inspectRecording(ONE, ["cat", "dog"], {
        ...options,
        axes: "reference",
      });
      await writeRecording(folder, ONE, randomPairs(402));
      return found;
    };
    using threads = sliceThreads();
    await assert.rejects(
      new RecordingCache(cache, threads).open(inspect, {
        sensor: DVS128,
        classes: 2,
      }),
      {
        name: "DatasetError",
        message: `Cannot use "${join(folder, `${ONE}.aedat`)}": ` +
          "it or its tags changed while it was read",
      },
    );
    assert.deepEqual(await entries(cache), []);
  });
});

Deno.test("openRecordings() leaves no files if a tag does not fit", async () => {
  await withFolder(async (folder) => {
    const options = await prepare(folder);
    await writeTags(folder, ONE, [[300, 401], [150, 402]]);
    const path = join(folder, `${ONE}.aedat`);
    await assert.rejects(openRecordings(options), {
      name: "RecordingError",
      message: `Cannot read recording "${path}": it ends at record 400, its ` +
        "tags at record 402 (it is cut off or they are wrong), before the " +
        "end of every tag",
    });
    const left = await entries(options.cache);
    assert(left.every((name) => name.startsWith(TWO)), left.join());
  });
});

Deno.test("openRecordings() refuses a cache that is a file, and unknown axes", async () => {
  await withFolder(async (folder) => {
    const options = await prepare(folder);
    const cache = options.list;
    await assert.rejects(openRecordings({ ...options, cache }), {
      name: "DatasetError",
      path: cache,
    });
    const axes = "other" as "jaer";
    await assert.rejects(openRecordings({ ...options, axes }), RangeError);
  });
});
