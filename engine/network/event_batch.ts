/**
 * Batches of packed events, the input of a plan.
 *
 * @module
 */

/**
 * Samples as packed events.
 *
 * An event is one word, `bin << addressBits | address`, with
 * address = (row·W + column)·C + channel and addressBits = ⌈log2(C·H·W)⌉.
 *
 * A plan caches event words on the device and identifies them by their place in
 * host memory. Do not change an array that was passed to a plan; put other
 * events into a new array.
 */
export interface EventBatch {
  /** Event words of each sample. */
  readonly samples: readonly Uint32Array[];
  /** Label of each sample. */
  readonly labels: Uint32Array;
  /**
   * Number of bins that event times refer to, if known: a plan with another
   * number of bins rejects the batch.
   */
  readonly bins?: number;
}
