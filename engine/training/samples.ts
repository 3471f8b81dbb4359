/**
 * The interface of a data set for training.
 *
 * @module
 */

import type { EventBatch } from "../network/event_batch.ts";
import type { Random } from "../network/random.ts";

/** Samples to train or test on, as a data set offers them. */
export interface Samples {
  /** Number of samples. */
  readonly size: number;
  /**
   * Gathers the samples in batches of packed events.
   *
   * @param request Samples in a batch, bins of a sample, length of a bin in ms,
   * absent where each sample's own duration is cut into the bins; where training draws random numbers from, whether it shuffles, and how
   * many batches at the start to skip, since they are done.
   * @returns The batches.
   */
  batches(request: {
    readonly batch: number;
    readonly bins: number;
    readonly Ts?: number;
    readonly random?: Random;
    readonly shuffle?: boolean;
    readonly skip?: number;
  }): AsyncIterable<EventBatch>;
}
