/**
 * A subset of a data set's samples, which training and tests read in batches.
 *
 * @module
 */

import { batches, type PackedBatch, SampleCache } from "../batches.ts";
import type { BatchOptions } from "../batches.ts";
import type { Binning } from "../pack.ts";
import type { SampleSource } from "../sample_source.ts";
import { inParallel } from "../threads/in_parallel.ts";

/** Samples that `readThrough()` reads at the same time. */
const READ_AT_ONCE = 32;

/** Which samples of a data set, and how they become batches. */
export interface SampleSetOptions {
  /** Indices of the samples in the data set. @default all, in order */
  readonly indices?: readonly number[];
  /** How events become bins. @default "SlayerTD" */
  readonly method?: Binning["method"];
  /** Which bins of a longer sample are taken. @default "fixed" */
  readonly crop?: BatchOptions["crop"];
  /** Changes the events of a sample at random each time it is visited. */
  readonly augment?: BatchOptions["augment"];
  /** Keeps packed samples in memory. @default a new cache of 1 GiB */
  readonly cache?: SampleCache;
}

/** Size, order and start of the batches that a training loop requests. */
export interface BatchRequest {
  /** Samples in a batch; the last batch may have fewer. */
  readonly batch: number;
  /** Length of a sample in bins. */
  readonly bins: number;
  /**
   * Length of a bin in ms. Without it each sample's own duration is cut into
   * the bins.
   */
  readonly Ts?: number;
  /**
   * Random generator for order, crops and augmentation. Without it samples come
   * in order, start at their first bin and are not augmented.
   */
  readonly random?: {
    uniform(): number;
    shuffle<T>(items: readonly T[]): T[];
  };
  /** Whether samples come in a random order. @default false */
  readonly shuffle?: boolean;
  /** Batches to skip at the start. @default 0 */
  readonly skip?: number;
  /** Chooses the samples of a batch of N to read. @default all */
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
   * Chooses samples without reading them.
   *
   * @param source The data set.
   * @param options Which samples, and how they become batches.
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

  /** Channels, rows and columns of a network's input for these samples. */
  get extent(): { readonly C: number; readonly H: number; readonly W: number } {
    const { width, height } = this.source.sensor;
    return this.#options.method === "frames"
      // Frames are transposed: their rows are columns of the sensor.
      ? { C: 2, H: width, W: height }
      : { C: 2, H: height, W: width };
  }

  /**
   * Chooses a subset of the data set with the same options.
   *
   * @param indices Indices of the samples in the data set.
   * @returns A set that shares the cache of this one.
   */
  subset(indices: readonly number[]): SampleSet {
    return new SampleSet(this.source, { ...this.#options, indices });
  }

  /**
   * Gathers the samples in batches.
   *
   * @param request Size and order of the batches, and the random generator.
   * @returns The batches, read ahead of the consumer.
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
   * Reads and packs every sample once, so that an error is found before training
   * starts. Adds nothing to the cache, whose memory is for samples that every
   * epoch visits.
   *
   * @param request The bins of batches to come.
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
