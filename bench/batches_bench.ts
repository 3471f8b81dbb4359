/**
 * Throughput of packing events, cropping packed samples, and reading samples
 * from an event store in random order, as epochs do. Samples are as long as
 * those of SL-Animals. Prints events/s, and samples/s for the store.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { batches, SampleCache } from "../dataset/batches.ts";
import { allocateEvents, DVS128, type Events } from "../dataset/events.ts";
import { Random } from "../dataset/random.ts";
import { type Binning, packSample } from "../dataset/pack.ts";
import type { SampleSource } from "../dataset/sample_source.ts";
import { openStore } from "../dataset/store/store.ts";
import { THREADS } from "../dataset/store/read_job.ts";
import { ReadThreads } from "../dataset/store/read_threads.ts";
import { makeStore } from "./setup/event_store.ts";

const SAMPLES = 64;
const SAMPLE_EVENTS = 250_000;
const SAMPLE_MS = 4360;
const EVENTS = SAMPLES * SAMPLE_EVENTS;
const TIMING = { unitUs: 1000, fromFirstEvent: true };
const INDICES = Array.from({ length: SAMPLES }, (_, n) => n);
const METHODS = ["SlayerTD", "frames"] as const;

const recorded = record();
const source: SampleSource = {
  sensor: DVS128,
  timing: TIMING,
  classes: ["sign"],
  labels: INDICES.map(() => 0),
  events: () => Promise.resolve(recorded),
};
const cache = new SampleCache();
const fastest = new Map<string, number>();
const samplesOf = new Map<string, number>();

/** Makes a sample with evenly spaced events at random pixels. */
function record(): Events {
  const events = allocateEvents(SAMPLE_EVENTS);
  const random = new Random(0);
  for (let n = 0; n < SAMPLE_EVENTS; n++) {
    events.x[n] = random.below(128);
    events.y[n] = random.below(128);
    events.p[n] = random.below(2);
    events.t[n] = 2 ** 31 + Math.floor(n * SAMPLE_MS * 1000 / SAMPLE_EVENTS);
  }
  return events;
}

/** Visits all samples once, in batches of 8; returns their number of events. */
async function visit(
  crop: "fixed" | "random",
  bins: number,
  cache?: SampleCache,
): Promise<number> {
  const generator = new Random(1);
  const made = batches(source, INDICES, {
    batchSize: 8,
    bins,
    binning: { method: "SlayerTD", Ts: 5 },
    crop,
    random: () => generator.uniform(0, 1),
    cache,
  });
  let events = 0;
  for await (const { samples } of made) {
    for (const { length } of samples) events += length;
  }
  return events;
}

function bench(
  group: string,
  name: string,
  events: number,
  work: () => unknown,
): void {
  Deno.bench({ name, group, n: 20, warmup: 5 }, async (b) => {
    const begin = performance.now();
    b.start();
    await work();
    b.end();
    const rate = events / (performance.now() - begin) * 1000;
    fastest.set(name, Math.max(fastest.get(name) ?? 0, rate));
  });
}

for (const method of METHODS) {
  const binning: Binning = { method, Ts: 5 };
  const options = { ...binning, sensor: DVS128, timing: TIMING };
  const { words, dropped } = packSample(recorded, options);
  assert.equal(words.length + dropped, SAMPLE_EVENTS);
  bench("packSample", `packSample ${method}`, SAMPLE_EVENTS, () => {
    packSample(recorded, options);
  });
}

assert.equal(await visit("fixed", 1000), EVENTS);
bench("batches", "batches, cold", EVENTS, () => visit("fixed", 1000));
assert.equal(await visit("fixed", 1000, cache), EVENTS);
assert.equal(cache.bytes, EVENTS * 4);
// Random crops copy event words; a crop that starts at bin 0 is a view.
const cropped = await visit("random", 300, cache);
assert(cropped > EVENTS * 0.3 && cropped < EVENTS * 0.4);
bench("batches", "batches from cache, random crops", cropped, () => {
  return visit("random", 300, cache);
});

const folder = await Deno.makeTempDir();
const store = await makeStore(folder, { recordings: 12, events: 60_000 });
const threads = new ReadThreads();
const path = join(folder, "events.zarr");
const threaded = await openStore(path, { threads });
const generator = new Random(2);
const order = [...store.labels.keys()]
  .sort(() => generator.uniform(-1, 1));

/** Reads all samples of a store; returns a sum over one word per sample. */
async function readStore(store: SampleSource, cache?: SampleCache) {
  const read = batches(store, order, {
    batchSize: 8,
    bins: 300,
    binning: { method: "SlayerTD", Ts: 5 },
    crop: "fixed",
    cache,
  });
  let sum = 0;
  for await (const { samples } of read) {
    for (const words of samples) sum += words[words.length >> 1];
  }
  return sum;
}

const events = store.slices.reduce((sum, slice) => sum + slice.events, 0);
const kept = new SampleCache();
assert.equal(await readStore(store, kept), await readStore(threaded));
for (
  const [name, work] of [
    ["store, on this thread", () => readStore(store)],
    [`store, on ${THREADS} others`, () => readStore(threaded)],
    ["store, from cache", () => readStore(store, kept)],
  ] as const
) {
  bench("store", name, events, work);
  samplesOf.set(name, order.length);
}

globalThis.addEventListener("unload", () => {
  threads[Symbol.dispose]();
  Deno.removeSync(folder, { recursive: true });
  for (const [name, rate] of fastest) {
    const samples = samplesOf.get(name);
    const perSecond = samples && (samples * rate / events).toFixed(0);
    console.log(
      `${name}: up to ${(rate / 1e6).toFixed(0)} M events/s` +
        (perSecond ? `, ${perSecond} samples/s` : ""),
    );
  }
});
