/**
 * The interface of a data set for training.
 *
 * @module
 */

import type { EventBatch } from "../network/event_batch.ts";
import type { Random } from "../network/random.ts";

/** Samples to train or test on, provided by a data set. */
export interface Samples {
  /** Number of samples. */
  readonly size: number;
  /**
   * Gathers the samples in batches of packed events.
   *
   * @param request `batch`, samples in a batch; `bins` of a sample; `Ts`,
   * length of a bin in ms, absent where each sample's own duration is divided
   * into the bins; in training, the generator to draw from and whether to
   * shuffle; the number of batches to skip, since they are done; and which
   * samples of a batch of N are read, all if left out: others may be given
   * without events.
   * @returns The batches.
   */
  batches(request: {
    readonly batch: number;
    readonly bins: number;
    readonly Ts?: number;
    readonly random?: Random;
    readonly shuffle?: boolean;
    readonly skip?: number;
    readonly reads?: (
      N: number,
    ) => { readonly first: number; readonly end: number };
  }): AsyncIterable<EventBatch>;
}
