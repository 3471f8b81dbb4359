import assert from "node:assert/strict";
import { SampleCache } from "../../dataset/batches.ts";
import type { Binning } from "../../dataset/pack.ts";
import { upTo, WatchedSource } from "./files/watched_source.ts";

const BINNING: Binning = { method: "SlayerTD", Ts: 5 };

Deno.test("SampleCache reads each sample once", async () => {
  const source = new WatchedSource(9);
  const cache = new SampleCache();
  for (const index of [...upTo(9), ...upTo(9)]) {
    const { bins, words } = await cache.get(source, index, BINNING);
    assert.equal(bins, index);
    assert.equal(words.length, 2 * index);
  }
  assert.deepEqual(source.asked, upTo(9));
  // 0 + 2 + … + 16 events of 4 bytes.
  assert.equal(cache.bytes, 72 * 4);
});

Deno.test("SampleCache reads a sample once for all who wait for it", async () => {
  const source = new WatchedSource(3);
  const cache = new SampleCache(0);
  const get = () => cache.get(source, 2, BINNING);
  const [one, other] = await Promise.all([get(), get()]);
  assert.equal(one, other);
  assert.deepEqual(source.asked, [2]);
});

Deno.test("SampleCache finds cached and pending samples without reading", async () => {
  const source = new WatchedSource(3);
  const cache = new SampleCache();
  const find = (index: number) => cache.find(source, index, BINNING);
  assert.equal(find(2), undefined);
  const under = cache.get(source, 2, BINNING);
  assert.equal(find(2), under);
  assert.equal(await find(2), await under);
  assert.equal(find(1), undefined);
  assert.deepEqual(source.asked, [2]);
});

Deno.test("SampleCache keeps the first samples, up to its budget", async () => {
  const source = new WatchedSource(9);
  // Samples 0 to 4 take 0 + 8 + 16 + 24 + 32 bytes.
  const cache = new SampleCache(80);
  for (const index of [...upTo(6), ...upTo(6)]) {
    const { bins } = await cache.get(source, index, BINNING);
    assert.equal(bins, index);
    assert(cache.bytes <= 80);
  }
  assert.deepEqual(source.asked, [...upTo(6), 5]);
  assert.equal(cache.bytes, 80);
});

Deno.test("SampleCache tells sources and binnings apart", async () => {
  const cache = new SampleCache();
  const [one, other] = [new WatchedSource(9), new WatchedSource(9)];
  await cache.get(one, 4, BINNING);
  await cache.get(other, 4, BINNING);
  assert.deepEqual([one.asked, other.asked], [[4], [4]]);
  const finer = await cache.get(one, 4, { ...BINNING, Ts: 1 });
  const frames = await cache.get(one, 4, { ...BINNING, method: "frames" });
  assert.equal(finer.bins, 16);
  assert.equal(frames.bins, 3);
});

Deno.test("SampleCache does not keep an error", async () => {
  const source = new WatchedSource(3);
  const cache = new SampleCache();
  source.broken.add(2);
  await assert.rejects(cache.get(source, 2, BINNING), Error);
  source.broken.clear();
  assert.equal((await cache.get(source, 2, BINNING)).bins, 2);
  assert.throws(() => new SampleCache(-1), RangeError);
});
