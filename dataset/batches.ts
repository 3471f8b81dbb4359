/**
 * Batches of packed samples, prefetched ahead of the consumer.
 *
 * @module
 */

import type { Events } from "./events.ts";
import {
  type Binning,
  cropWords,
  type PackedSample,
  packSample,
} from "./pack.ts";
import { Random } from "./random.ts";
import type { SampleSource } from "./sample_source.ts";

/** Placeholder for the words of a sample that is not read. */
const NO_EVENTS = new Uint32Array();

/** A batch of packed samples with their labels. */
export interface PackedBatch {
  /**
   * Event words of each sample, empty if it is not read. Read-only: a crop that
   * starts at bin 0 is a view of the cached sample.
   */
  readonly samples: readonly Uint32Array<ArrayBuffer>[];
  /** Label of each sample. */
  readonly labels: Uint32Array<ArrayBuffer>;
  /** Index of each sample in its source. */
  readonly indices: readonly number[];
}

/** Options of {@linkcode batches}. */
export interface BatchOptions {
  /** Samples per batch; the last batch may have fewer. */
  readonly batchSize: number;
  /** Length of a sample in a batch, in bins (T). */
  readonly bins: number;
  /** Division of time into bins. */
  readonly binning: Binning;
  /**
   * `"fixed"` takes the first bins of a sample, `"random"` starts at a random
   * bin; a sample of at most `bins` bins is taken whole.
   */
  readonly crop: "fixed" | "random";
  /**
   * Seeded generator of numbers in [0, 1); required for random crops and
   * augmentation.
   */
  readonly random?: () => number;
  /**
   * Augments the events of a sample with a random generator that is seeded for
   * this visit of the sample. Samples are then read and packed at each visit
   * and not cached.
   */
  readonly augment?: (events: Events, random: () => number) => Events;
  /**
   * Number of batches prepared while the consumer works on one.
   *
   * @default {4}
   */
  readonly prefetch?: number;
  /** Cache of packed samples; without it each visit reads and packs them. */
  readonly cache?: SampleCache;
  /**
   * Number of batches to skip at the start, without reading them. Random
   * numbers are drawn for their samples too, so that the remaining batches are
   * those of a run that skips none.
   *
   * @default {0}
   */
  readonly skip?: number;
  /**
   * Returns the range of samples to read, from `first` to `end` − 1, in a batch
   * of N. Random numbers are drawn for the others too.
   *
   * @default all
   */
  readonly reads?: (
    N: number,
  ) => { readonly first: number; readonly end: number };
}

/**
 * Cache of packed samples in memory, so that each is read and packed only once.
 *
 * It holds samples of any source and binning. When its budget is used up,
 * cached samples stay and all others are packed at each visit. There is no
 * eviction: as every epoch visits all samples, the least recently used one
 * would be evicted just before its next visit.
 *
 * @example
 * ```ts
 * import { SampleCache } from "./batches.ts";
 * const cache = new SampleCache(256 * 2 ** 20);
 * if (cache.bytes !== 0) throw new Error("expected an empty cache");
 * ```
 */
export class SampleCache {
  readonly #budget: number;
  readonly #samples = new Map<
    SampleSource,
    Map<string, Promise<PackedSample>>
  >();
  #bytes = 0;

  /**
   * Makes an empty cache.
   *
   * @param budget Memory for packed samples in bytes, 4 per event; 1 GiB by
   *   default.
   * @throws {RangeError} If the budget is negative or not a number.
   */
  constructor(budget: number = 2 ** 30) {
    if (!(budget >= 0)) {
      throw new RangeError(
        `Cannot keep "${budget}" bytes of samples: a number from 0 is needed`,
      );
    }
    this.#budget = budget;
  }

  /** Size of the cached samples in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Looks up a sample without reading it.
   *
   * @param source The data set.
   * @param index Index of the sample in the data set.
   * @param binning Division of time into bins.
   * @returns The packed sample if it is cached or being read.
   */
  find(
    source: SampleSource,
    index: number,
    binning: Binning,
  ): Promise<PackedSample> | undefined {
    return this.#samples.get(source)?.get(keyOf(index, binning));
  }

  /**
   * Returns a sample from the cache, or reads and packs it.
   *
   * @param source The data set.
   * @param index Index of the sample in the data set.
   * @param binning Division of time into bins.
   * @returns The packed sample, whose words are shared and must not be
   *   modified.
   * @throws {RangeError} If there is no such sample or it cannot be packed.
   */
  get(
    source: SampleSource,
    index: number,
    binning: Binning,
  ): Promise<PackedSample> {
    let samples = this.#samples.get(source);
    if (samples === undefined) {
      samples = new Map();
      this.#samples.set(source, samples);
    }
    const key = keyOf(index, binning);
    let sample = samples.get(key);
    if (sample === undefined) {
      sample = this.#pack(samples, key, source, index, binning);
      samples.set(key, sample);
    }
    return sample;
  }

  async #pack(
    samples: Map<string, Promise<PackedSample>>,
    key: string,
    source: SampleSource,
    index: number,
    binning: Binning,
  ): Promise<PackedSample> {
    let kept = false;
    try {
      const sample = await (source.packed?.(index, binning) ??
        source.events(index).then((events) =>
          pack(source, index, events, binning)
        ));
      const bytes = this.#bytes + sample.words.byteLength;
      kept = bytes <= this.#budget;
      if (kept) this.#bytes = bytes;
      return sample;
    } finally {
      if (!kept) samples.delete(key);
    }
  }
}

function keyOf(index: number, { Ts, slices, method }: Binning): string {
  return `${index} ${slices ?? Ts} ${method}`;
}

function pack(
  { sensor, timing }: SampleSource,
  index: number,
  events: Events,
  binning: Binning,
): PackedSample {
  const name = `sample ${index + 1}`;
  return packSample(events, { ...binning, sensor, timing, name });
}

/**
 * Gathers samples in batches, in the given order.
 *
 * While the consumer works on a batch, the next ones are read and packed. For
 * random crops one number is drawn per sample, in order and before the first
 * batch, so crops depend neither on timing nor on `prefetch`: the first bin is
 * uniform in [0, sample's bins − bins). For augmentation a second number per
 * sample seeds the generator of its visit. If the consumer stops early, the
 * generator awaits pending reads.
 *
 * @param source The data set.
 * @param indices Indices of the samples in the data set.
 * @param options Sizes, binning and crops.
 * @returns Batches; bins beyond a sample's end have no events.
 * @throws {TypeError} If `random` is needed and missing.
 * @throws {RangeError} If a size is not a whole number, or there is no such
 * sample, or a sample cannot be packed.
 *
 * @example
 * ```ts
 * import { batches } from "./batches.ts";
 * import { allocateEvents, DVS128 } from "./events.ts";
 * const source = {
 *   sensor: DVS128,
 *   timing: { unitUs: 1000, fromFirstEvent: true },
 *   classes: ["cat", "dog"],
 *   labels: [0, 1, 0],
 *   events: () => Promise.resolve(allocateEvents(5)),
 * };
 * const sizes: number[] = [];
 * for await (
 *   const batch of batches(source, [2, 1, 0], {
 *     batchSize: 2,
 *     bins: 300,
 *     binning: { method: "SlayerTD", Ts: 5 },
 *     crop: "fixed",
 *   })
 * ) sizes.push(batch.samples.length);
 * if (sizes.join() !== "2,1") throw new Error("expected two batches");
 * ```
 */
export async function* batches(
  source: SampleSource,
  indices: readonly number[],
  options: BatchOptions,
): AsyncGenerator<PackedBatch, void, void> {
  const { batchSize, bins, binning, crop, augment } = options;
  const { prefetch = 4, skip = 0 } = options;
  const { reads = (N) => ({ first: 0, end: N }) } = options;
  checkWhole("batchSize", batchSize, 1);
  checkWhole("bins", bins, 1);
  checkWhole("prefetch", prefetch, 0);
  checkWhole("skip", skip, 0);
  const cache = options.cache ?? new SampleCache(0);
  const draws = new Float64Array(indices.length);
  const seeds = new Float64Array(indices.length);
  if (crop === "random") draw(draws, 'make "random" crops', options);
  if (augment !== undefined) draw(seeds, "augment samples", options);

  async function packAugmented(n: number): Promise<PackedSample> {
    const events = await source.events(indices[n]);
    const random = new Random(Math.floor(seeds[n] * 2 ** 32));
    const changed = augment!(events, () => random.uniform(0, 1));
    return pack(source, indices[n], changed, binning);
  }

  async function make(begin: number): Promise<PackedBatch> {
    const members = indices.slice(begin, begin + batchSize);
    const { first, end } = reads(members.length);
    const samples = await allOrFirstError(
      members.map((index, n) =>
        n < first || n >= end
          ? undefined
          : augment
          ? packAugmented(begin + n)
          : cache.get(source, index, binning)
      ),
    );
    return {
      samples: samples.map((sample, n) => {
        if (sample === undefined) return NO_EVENTS;
        const spare = Math.max(sample.bins - bins, 0);
        return cropWords(sample, Math.floor(draws[begin + n] * spare), bins);
      }),
      labels: Uint32Array.from(members, (index) => source.labels[index]),
      indices: members,
    };
  }

  const ahead: Promise<PackedBatch>[] = [];
  let begin = skip * batchSize;
  try {
    while (true) {
      while (ahead.length <= prefetch && begin < indices.length) {
        const batch = make(begin);
        // The consumer receives an error when it reaches this batch. Without a
        // handler here, the runtime would end the program earlier.
        batch.catch(() => {});
        ahead.push(batch);
        begin += batchSize;
      }
      const batch = ahead.shift();
      if (batch === undefined) return;
      yield await batch;
    }
  } finally {
    await Promise.allSettled(ahead);
  }
}

/** Draws one random number per sample. */
function draw(
  draws: Float64Array,
  purpose: string,
  { random }: BatchOptions,
): void {
  if (random === undefined) {
    throw new TypeError(
      `Cannot ${purpose}: a source of random numbers is needed`,
    );
  }
  for (let n = 0; n < draws.length; n++) draws[n] = random();
}

/**
 * Like `Promise.all`, but waits until all promises have settled before it
 * throws.
 */
async function allOrFirstError<T>(
  promises: (Promise<T> | undefined)[],
): Promise<(T | undefined)[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

function checkWhole(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(
      `Cannot make batches with ${name} "${value}": ` +
        `a whole number from ${least} is needed`,
    );
  }
}
