/**
 * Division of a batch into parts, and of the parts among ranks.
 *
 * Gradients are summed within each part, sample by sample, and then over the
 * parts, in order. The sums therefore depend on the parts only, not on the
 * ranks that compute them.
 *
 * @module
 */

import { Ranks } from "./ranks.ts";

/** Division of batches into parts, and among ranks. */
export interface Division {
  /** Most parts of a batch; further ranks have nothing to compute. */
  readonly parts: number;
  /** The ranks. @default this rank alone */
  readonly ranks?: Ranks;
  /**
   * Number of updates that each rank makes by its own shares of batches before
   * the weights of all ranks are averaged: less exact, with fewer exchanges.
   * The result depends on the number of ranks.
   *
   * @default every update is by the gradient of the whole batch
   */
  readonly localSteps?: number;
}

/** Samples that go through the network at once. */
export interface MicroBatchRange {
  /** Index in the batch of the first sample. */
  readonly first: number;
  /** Number of samples. */
  readonly samples: number;
  /** The part of the batch that the samples belong to. */
  readonly part: number;
  /** Whether it is the first micro-batch of its part. */
  readonly begins: boolean;
}

/** Samples from `first` to before `end`. */
export interface Range {
  readonly first: number;
  readonly end: number;
}

/** The parts of batches, and those that this rank computes. */
export class Shares {
  /** Samples of a part; the last part of a batch may have fewer. */
  readonly size: number;
  /** Parts of a full batch. */
  readonly parts: number;
  /** The ranks that share batches. */
  readonly ranks: Ranks;

  /**
   * @param batch Most samples in a batch.
   * @param division How to divide it. @default one part
   * @throws {RangeError} If the number of parts is not a positive integer.
   */
  constructor(batch: number, division?: Division) {
    const { parts, ranks = new Ranks() } = division ?? { parts: 1 };
    if (!(Number.isSafeInteger(parts) && parts > 0)) {
      throw new RangeError(
        `Cannot cut batches into ${parts} parts: it is not a positive integer`,
      );
    }
    this.size = Math.ceil(batch / parts);
    this.parts = Math.ceil(batch / this.size);
    this.ranks = ranks;
  }

  /**
   * Returns the parts of a full batch that a rank computes.
   *
   * @param rank The rank. @default this one
   * @returns The parts.
   */
  partsOf(rank: number = this.ranks.rank): Range {
    const start = (of: number) => Math.ceil(of * this.parts / this.ranks.count);
    return { first: start(rank), end: start(rank + 1) };
  }

  /** Largest number of parts of a full batch that a rank computes. */
  get rounds(): number {
    return Math.ceil(this.parts / this.ranks.count);
  }

  /**
   * Lists the parts of a batch that a rank computes.
   *
   * @param samples Samples of the batch.
   * @param rank The rank. @default this one
   * @returns The parts.
   */
  presentParts(samples: number, rank?: number): number[] {
    const { first, end } = this.partsOf(rank);
    const stop = Math.min(end, this.count(samples));
    return Array.from(
      { length: Math.max(0, stop - first) },
      (_, n) => first + n,
    );
  }

  /**
   * Counts the parts of a batch.
   *
   * @param samples Samples of the batch.
   * @returns The number of parts.
   */
  count(samples: number): number {
    return Math.ceil(samples / this.size);
  }

  /**
   * Returns the samples of a batch that a rank computes.
   *
   * @param samples Samples of the batch.
   * @param rank The rank.
   * @returns The samples.
   */
  samplesOf(samples: number, rank: number): Range {
    const { first, end } = this.partsOf(rank);
    return {
      first: Math.min(samples, first * this.size),
      end: Math.min(samples, end * this.size),
    };
  }

  /**
   * Divides this rank's parts of a batch into micro-batches.
   *
   * @param samples Samples of the batch.
   * @param most Most samples of a micro-batch.
   * @returns The micro-batches, in order.
   */
  microBatches(samples: number, most: number): MicroBatchRange[] {
    const cut: MicroBatchRange[] = [];
    for (const part of this.presentParts(samples)) {
      const start = part * this.size;
      const stop = Math.min(samples, start + this.size);
      for (let at = start; at < stop; at += most) {
        const begins = at === start;
        const count = Math.min(most, stop - at);
        cut.push({ first: at, samples: count, part, begins });
      }
    }
    return cut;
  }

  /**
   * Counts the micro-batches of this rank's parts of a full batch.
   *
   * @param most Most samples of a micro-batch.
   * @returns The number of micro-batches.
   */
  mostMicroBatches(most: number): number {
    const { first, end } = this.partsOf();
    return (end - first) * Math.ceil(this.size / most);
  }
}
