/**
 * Subset of a data set's samples that training and evaluation read in batches.
 *
 * @module
 */

import { batches, type PackedBatch, SampleCache } from "../batches.ts";
import type { BatchOptions } from "../batches.ts";
import type { Binning } from "../pack.ts";
import type { SampleSource } from "../sample_source.ts";
import { inParallel } from "../threads/in_parallel.ts";

/** Number of samples that `readThrough()` reads in parallel. */
const READ_AT_ONCE = 32;

/** Selection of samples, and options for their batches. */
export interface SampleSetOptions {
  /** Indices of the samples in the data set. @default all, in order */
  readonly indices?: readonly number[];
  /** Binning method. @default "SlayerTD" */
  readonly method?: Binning["method"];
  /** Choice of the bins taken from a longer sample. @default "fixed" */
  readonly crop?: BatchOptions["crop"];
  /** Augments the events of a sample at random at each visit. */
  readonly augment?: BatchOptions["augment"];
  /** Cache of packed samples. @default a new cache of 1 GiB */
  readonly cache?: SampleCache;
}

/** Size, order and start of the batches for a training loop. */
export interface BatchRequest {
  /** Samples in a batch; the last batch may have fewer. */
  readonly batch: number;
  /** Length of a sample in bins. */
  readonly bins: number;
  /**
   * Length of a bin in ms. Without it the duration of each sample is divided
   * into `bins` equal bins.
   */
  readonly Ts?: number;
  /**
   * Random generator for order, crops and augmentation. Without it samples are
   * in order, start at their first bin and are not augmented.
   */
  readonly random?: {
    uniform(): number;
    shuffle<T>(items: readonly T[]): T[];
  };
  /** Whether samples are in random order. @default false */
  readonly shuffle?: boolean;
  /** Batches to skip at the start. @default 0 */
  readonly skip?: number;
  /** Returns the range of samples to read in a batch of N. @default all */
  readonly reads?: BatchOptions["reads"];
}

/**
 * A subset of a data set's samples.
 *
 * @example
 * ```ts
 * import { allocateEvents, DVS128 } from "../events.ts";
 * import { SampleSet } from "./sample_set.ts";
 * const set = new SampleSet({
 *   sensor: DVS128,
 *   timing: { unitUs: 1000, fromFirstEvent: true },
 *   classes: ["cat", "dog"],
 *   labels: [0, 1, 0],
 *   events: () => Promise.resolve(allocateEvents(5)),
 * }, { indices: [2, 1] });
 * const [batch] = await Array.fromAsync(
 *   set.batches({ batch: 2, bins: 300, Ts: 5 }),
 * );
 * if (batch.labels.join() !== "0,1") throw new Error("expected two samples");
 * ```
 */
export class SampleSet {
  /** The data set. */
  readonly source: SampleSource;
  /** Indices of the samples in the data set. */
  readonly indices: readonly number[];
  readonly #options: SampleSetOptions & { readonly cache: SampleCache };

  /**
   * Selects samples without reading them.
   *
   * @param source The data set.
   * @param options Selection of samples, and options for their batches.
   */
  constructor(source: SampleSource, options: SampleSetOptions = {}) {
    this.source = source;
    this.indices = options.indices ?? [...source.labels.keys()];
    this.#options = { ...options, cache: options.cache ?? new SampleCache() };
  }

  /** Number of samples. */
  get size(): number {
    return this.indices.length;
  }

  /** Names of the classes. */
  get classes(): readonly string[] {
    return this.source.classes;
  }

  /** Class of each sample, as an index into the classes. */
  get labels(): number[] {
    return this.indices.map((index) => this.source.labels[index]);
  }

  /**
   * Shape of the network input for these samples: channels, rows and columns.
   */
  get extent(): { readonly C: number; readonly H: number; readonly W: number } {
    const { width, height } = this.source.sensor;
    return this.#options.method === "frames"
      // Frames are transposed: their rows are columns of the sensor.
      ? { C: 2, H: width, W: height }
      : { C: 2, H: height, W: width };
  }

  /**
   * Selects another subset of the data set with the same options.
   *
   * @param indices Indices of the samples in the data set.
   * @returns A set that shares this set's cache.
   */
  subset(indices: readonly number[]): SampleSet {
    return new SampleSet(this.source, { ...this.#options, indices });
  }

  /**
   * Gathers the samples in batches.
   *
   * @param request Size and order of the batches, and the random generator.
   * @returns The batches, prefetched ahead of the consumer.
   * @throws {RangeError} If a size is not a whole number, or a sample cannot be
   *   packed.
   * @throws {Error} If a sample cannot be read.
   */
  batches(request: BatchRequest): AsyncIterable<PackedBatch> {
    const { batch, bins, Ts, random, shuffle = false, skip, reads } = request;
    const { crop = "fixed", augment, cache } = this.#options;
    const order = random && shuffle
      ? random.shuffle(this.indices)
      : this.indices;
    return batches(this.source, order, {
      batchSize: batch,
      bins,
      binning: this.#binning({ bins, Ts }),
      crop: random ? crop : "fixed",
      augment: random && augment,
      random: random && (() => random.uniform()),
      cache,
      skip,
      reads,
    });
  }

  /**
   * Reads and packs every sample once, so that an error is found before
   * training starts. Does not fill the cache, whose memory is for samples that
   * every epoch visits.
   *
   * @param request Number of bins per sample, and bin length in ms.
   * @param onSample Called after each sample with the number of samples read.
   * @throws {RangeError} If a sample cannot be packed.
   * @throws {Error} If a sample cannot be read.
   */
  async readThrough(
    request: Pick<BatchRequest, "bins" | "Ts">,
    onSample: (done: number) => void = () => {},
  ): Promise<void> {
    const { cache } = this.#options;
    const binning = this.#binning(request);
    const uncached = new SampleCache(0);
    let done = 0;
    await inParallel(this.indices, async (index) => {
      await (cache.find(this.source, index, binning) ??
        uncached.get(this.source, index, binning));
      onSample(++done);
    }, READ_AT_ONCE);
  }

  #binning({ bins, Ts }: Pick<BatchRequest, "bins" | "Ts">): Binning {
    const { method = "SlayerTD" } = this.#options;
    return Ts === undefined
      ? { method: "slices", slices: bins, Ts: 0 }
      : { method, Ts };
  }
}
