import assert from "node:assert/strict";
import { dropEvents } from "../../../dataset/transforms/drop.ts";
import {
  batches,
  type BatchOptions,
  type PackedBatch,
  SampleCache,
} from "../../../dataset/batches.ts";
import type { Events } from "../../../dataset/events.ts";
import { type Binning, cropWords, packSample } from "../../../dataset/pack.ts";
import type { SampleSource } from "../../../dataset/sample_source.ts";
import { fc } from "../../fixtures/properties.ts";
import { seeded } from "./events_cases.ts";
import { tick, upTo, WatchedSource } from "../files/watched_source.ts";

const BINNING: Binning = { method: "SlayerTD", Ts: 5 };
const FIXED: BatchOptions = {
  batchSize: 3,
  bins: 4,
  binning: BINNING,
  crop: "fixed",
};

async function collect(
  made: AsyncIterable<PackedBatch>,
): Promise<PackedBatch[]> {
  const collected: PackedBatch[] = [];
  for await (const batch of made) collected.push(batch);
  return collected;
}

/** The words of every sample. */
function wordsOf(collected: readonly PackedBatch[]): number[][] {
  return collected.flatMap(({ samples }) => samples.map((words) => [...words]));
}

async function cropOf(
  source: SampleSource,
  index: number,
  startBin: number,
  bins: number,
): Promise<number[]> {
  const { sensor, timing } = source;
  const events = await source.events(index);
  const sample = packSample(events, { ...BINNING, sensor, timing });
  return [...cropWords(sample, startBin, bins)];
}

Deno.test("batches() gives samples and labels in the order of the indices", async () => {
  const source = new WatchedSource(8);
  const indices = [7, 2, 0, 5, 2, 1, 6];
  const collected = await collect(batches(source, indices, FIXED));
  assert.deepEqual(
    collected.map((batch) => batch.indices),
    [[7, 2, 0], [5, 2, 1], [6]],
  );
  assert.deepEqual(
    collected.map((batch) => [...batch.labels]),
    [[1, 2, 0], [2, 2, 1], [0]],
  );
  assert.deepEqual(
    collected.map(({ samples }) => samples.map(({ length }) => length)),
    [[8, 4, 0], [8, 4, 2], [8]],
  );
});

Deno.test("batches() with fixed crops takes the first bins of each sample", async () => {
  const source = new WatchedSource(9);
  const words = wordsOf(await collect(batches(source, upTo(9), FIXED)));
  for (const index of upTo(9)) {
    assert.deepEqual(words[index], await cropOf(source, index, 0, 4));
  }
});

Deno.test("batches() with random crops starts where the numbers drawn say", async () => {
  const source = new WatchedSource(12);
  const indices = [11, 3, 8, 4, 5, 10, 8];
  const options: BatchOptions = { ...FIXED, crop: "random", random: seeded(7) };
  const words = wordsOf(await collect(batches(source, indices, options)));
  const random = seeded(7);
  const starts = [];
  for (const [n, index] of indices.entries()) {
    // Sample n has n bins; samples of at most 4 bins are taken whole.
    const start = Math.floor(random() * Math.max(index - 4, 0));
    starts.push(start);
    assert.deepEqual(words[n], await cropOf(source, index, start, 4));
  }
  assert(new Set(starts).size > 2);
});

Deno.test("batches() repeats random crops whatever the prefetch and cache", async () => {
  const source = new WatchedSource(12);
  const cache = new SampleCache();
  const indices = [11, 9, 10, 8, 11, 7, 6, 10];
  const run = async (prefetch: number, cache?: SampleCache) => {
    const random = seeded(3);
    const options = { ...FIXED, batchSize: 2, prefetch, cache, random };
    const made = batches(source, indices, { ...options, crop: "random" });
    const words = wordsOf(await collect(made));
    return { words, next: random() };
  };
  const wanted = await run(0);
  assert.deepEqual(await run(1), wanted);
  assert.deepEqual(await run(100, cache), wanted);
  assert.deepEqual(await run(2, cache), wanted);
});

Deno.test("batches() copies the words of crops and augmentations", async () => {
  const source = new WatchedSource(12);
  const cache = new SampleCache();
  const place = ({ buffer, byteOffset }: Uint32Array) => ({
    buffer,
    byteOffset,
  });
  const visit = async (options: Partial<BatchOptions> = {}) => {
    const made = batches(source, [5, 11, 3], { ...FIXED, cache, ...options });
    return (await collect(made))[0].samples;
  };
  const first = await visit();
  const before = first.map((words) => [...words]);
  const again = await visit();
  const random = seeded(7);
  const cropped = await visit({ crop: "random", random: () => 0.9 });
  const augmented = await visit({
    augment: (events) => dropEvents(events, { probability: 0.5, random }),
    random,
  });
  for (const [n, words] of first.entries()) {
    assert.deepEqual(place(again[n]), place(words));
    assert.notEqual(augmented[n].buffer, words.buffer);
    assert.deepEqual([...words], before[n]);
  }
  // Only the second sample is longer than the crop.
  assert.notEqual(cropped[1].buffer, first[1].buffer);
  assert.notDeepEqual(cropped[1], first[1]);
  assert.equal(cropped[2].buffer, first[2].buffer);
});

Deno.test("batches() augments each visit differently, whatever the prefetch and cache", async () => {
  const source = new WatchedSource(12);
  const cache = new SampleCache();
  const indices = [11, 9, 10, 8, 11, 7, 6, 10];
  const augment = (events: Events, random: () => number) =>
    dropEvents(events, { probability: 0.5, random });
  const run = async (options: Partial<BatchOptions>) => {
    const random = seeded(3);
    const made = batches(source, indices, {
      ...FIXED,
      bins: 100,
      crop: "random",
      batchSize: 2,
      cache,
      random,
      augment,
      ...options,
    });
    return { words: wordsOf(await collect(made)), next: random() };
  };
  const wanted = await run({ prefetch: 0 });
  assert.deepEqual(await run({ prefetch: 1 }), wanted);
  assert.deepEqual(await run({ prefetch: 100, batchSize: 5 }), wanted);
  assert.equal(cache.bytes, 0);
  assert.notDeepEqual(wanted.words[0], wanted.words[4]);
  const whole = await run({ augment: undefined });
  for (const [n, words] of wanted.words.entries()) {
    assert(words.length < whole.words[n].length);
    const all = new Set(whole.words[n]);
    // Without its first events a sample starts later, never earlier.
    assert(words.every((word) => word <= Math.max(...all)));
  }
});

Deno.test("batches() takes the same crops with augmentations that change nothing", async () => {
  const source = new WatchedSource(12);
  const options: BatchOptions = { ...FIXED, crop: "random", prefetch: 2 };
  const run = async (changed: Partial<BatchOptions>) =>
    wordsOf(
      await collect(
        batches(source, upTo(12), {
          ...options,
          random: seeded(9),
          ...changed,
        }),
      ),
    );
  assert.deepEqual(await run({ augment: (events) => events }), await run({}));
});

Deno.test("batches() skips batches without reading them, and the others do not change", async () => {
  const run = async (skip: number) => {
    const source = new WatchedSource(12);
    const random = seeded(4);
    const made = batches(source, upTo(12).reverse(), {
      ...FIXED,
      batchSize: 5,
      crop: "random",
      skip,
      random,
      augment: (events, random) =>
        dropEvents(events, { probability: 0.5, random }),
    });
    return { made: await collect(made), asked: source.asked, next: random() };
  };
  const whole = await run(0);
  assert.equal(whole.made.length, 3);
  for (const skip of [1, 2, 3, 4]) {
    const { made, asked, next } = await run(skip);
    assert.deepEqual(made, whole.made.slice(skip));
    assert.deepEqual(asked, upTo(Math.max(12 - 5 * skip, 0)).reverse());
    assert.equal(next, whole.next);
  }
});

Deno.test("batches() reads the chosen samples of each batch, and they do not change", async () => {
  const run = async (reads?: BatchOptions["reads"]) => {
    const source = new WatchedSource(12);
    const random = seeded(4);
    const made = batches(source, upTo(12).reverse(), {
      ...FIXED,
      batchSize: 5,
      crop: "random",
      reads,
      random,
      augment: (events, random) =>
        dropEvents(events, { probability: 0.5, random }),
    });
    return { made: await collect(made), asked: source.asked, next: random() };
  };
  const whole = await run();
  const second = await run((N) => ({ first: Math.ceil(N / 2), end: N }));
  assert.deepEqual(second.asked, [8, 7, 3, 2, 0]);
  assert.equal(second.next, whole.next);
  for (const [n, { samples, ...others }] of second.made.entries()) {
    const { samples: all, ...expected } = whole.made[n];
    assert.deepEqual(others, expected);
    const middle = Math.ceil(all.length / 2);
    assert.deepEqual(samples.slice(middle), all.slice(middle));
    assert(samples.slice(0, middle).every(({ length }) => length === 0));
  }
});

Deno.test("batches() draws one number a sample, also for a run cut short", async () => {
  let drawn = 0;
  const random = () => {
    drawn++;
    return 0.5;
  };
  const options: BatchOptions = { ...FIXED, crop: "random", random };
  const made = batches(new WatchedSource(9), upTo(9), options);
  await made.next();
  await made.return();
  assert.equal(drawn, 9);
  await collect(
    batches(new WatchedSource(9), upTo(9), { ...options, crop: "fixed" }),
  );
  assert.equal(drawn, 9);
});

Deno.test("batches() has every event of every sample once in whole crops", async () => {
  const setting = fc.record({
    length: fc.integer({ min: 1, max: 12 }),
    batchSize: fc.integer({ min: 1, max: 13 }),
    prefetch: fc.nat(5),
    crop: fc.constantFrom("fixed" as const, "random" as const),
  });
  await fc.assert(
    fc.asyncProperty(setting, async ({ length, ...sizes }) => {
      const source = new WatchedSource(length);
      const options = { ...FIXED, ...sizes, bins: 100, random: seeded(1) };
      const collected = await collect(batches(source, upTo(length), options));
      const counts = wordsOf(collected).map((words) => words.length);
      assert.deepEqual(counts, upTo(length).map((index) => 2 * index));
      assert.equal(collected.length, Math.ceil(length / sizes.batchSize));
      assert.deepEqual(source.asked, upTo(length));
    }),
    { seed: 26, numRuns: 20 },
  );
});

Deno.test("batches() reads ahead while the consumer works, and no further", async () => {
  const source = new WatchedSource(30);
  const options = { ...FIXED, batchSize: 2, prefetch: 3 };
  const made = batches(source, upTo(30), options);
  await made.next();
  assert.deepEqual(source.asked, upTo(8));
  while (source.active > 0) await tick();
  assert.deepEqual(source.asked, upTo(8));
  await made.next();
  assert.deepEqual(source.asked, upTo(10));
  await made.return();
});

Deno.test("batches() without prefetch reads only the batch asked for", async () => {
  const source = new WatchedSource(9);
  const made = batches(source, upTo(9), { ...FIXED, prefetch: 0 });
  assert.deepEqual(source.asked, []);
  await made.next();
  assert.deepEqual(source.asked, upTo(3));
  await made.next();
  assert.deepEqual(source.asked, upTo(6));
  await made.return();
});

Deno.test("batches() waits for pending reads when the consumer stops", async () => {
  const source = new WatchedSource(30);
  const indices = upTo(30).reverse();
  for await (const batch of batches(source, indices, FIXED)) {
    assert.deepEqual(batch.indices, [29, 28, 27]);
    assert(source.active > 0);
    break;
  }
  assert.equal(source.active, 0);
  const asked = source.asked.length;
  await tick();
  assert.equal(source.asked.length, asked);
});

Deno.test("batches() throws an error of reading once, at the batch concerned", async () => {
  const source = new WatchedSource(30);
  source.broken.add(25).add(24).add(20);
  const made = batches(source, upTo(30).reverse(), FIXED);
  const first = await made.next();
  assert.deepEqual(first.value?.indices, [29, 28, 27]);
  assert(source.active > 0);
  await assert.rejects(made.next(), { message: "no sample 25" });
  assert.equal(source.active, 0);
  assert.deepEqual(await made.next(), { done: true, value: undefined });
});

Deno.test("batches() throws the error of a batch read ahead at that batch only", async () => {
  const source = new WatchedSource(9);
  source.broken.add(4);
  const made = batches(source, upTo(9), FIXED);
  await made.next();
  // Without a handler the error would have ended the program by now.
  while (source.active > 0) await tick();
  await assert.rejects(made.next(), { message: "no sample 4" });
});

Deno.test("batches() waits for the other reads of a batch that fails", async () => {
  const source = new WatchedSource(9);
  source.broken.add(8);
  const made = batches(source, [8, 1, 2], FIXED);
  await assert.rejects(made.next(), { message: "no sample 8" });
  assert.equal(source.active, 0);
});

Deno.test("batches() throws if a sample cannot be packed", async () => {
  const binning: Binning = { method: "SlayerTD", Ts: 0 };
  const made = batches(new WatchedSource(3), [2], { ...FIXED, binning });
  await assert.rejects(made.next(), RangeError);
});

Deno.test("batches() names the sample that cannot be packed", async () => {
  const binning: Binning = { method: "SlayerTD", Ts: 5 / 2 ** 17 };
  const made = batches(new WatchedSource(3), [1, 2], { ...FIXED, binning });
  await assert.rejects(made.next(), {
    name: "RangeError",
    message:
      /^Cannot pack sample 3 at Ts ".+": its last event, at 5 ms, is in bin 131072, /,
  });
});

Deno.test("batches() makes no batch without samples", async () => {
  const source = new WatchedSource(3);
  assert.deepEqual(await collect(batches(source, [], FIXED)), []);
});

Deno.test("batches() makes a batch without events of an empty sample", async () => {
  const [batch] = await collect(batches(new WatchedSource(3), [0], FIXED));
  assert.deepEqual(batch.samples, [new Uint32Array()]);
});

Deno.test("batches() refuses sizes that are not whole numbers", async () => {
  const source = new WatchedSource(3);
  const next = (options: Partial<BatchOptions>) =>
    batches(source, upTo(3), { ...FIXED, ...options }).next();
  await assert.rejects(next({ batchSize: 0 }), {
    name: "RangeError",
    message: 'Cannot make batches with batchSize "0": ' +
      "a whole number from 1 is needed",
  });
  await assert.rejects(next({ batchSize: 2.5 }), RangeError);
  await assert.rejects(next({ bins: 0 }), RangeError);
  await assert.rejects(next({ prefetch: -1 }), RangeError);
  await assert.rejects(next({ crop: "random" }), {
    name: "TypeError",
    message: 'Cannot make "random" crops: ' +
      "a source of random numbers is needed",
  });
  await assert.rejects(next({ augment: (events) => events }), {
    name: "TypeError",
    message: "Cannot augment samples: a source of random numbers is needed",
  });
  assert.deepEqual(source.asked, []);
});
