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
 * A plan caches event words on the device and recognizes them by their place in
 * the host's memory. So do not change an array that a plan was given; put other
 * events into a new array.
 */
export interface EventBatch {
  /** Event words of each sample. */
  readonly samples: readonly Uint32Array[];
  /** Class of each sample. */
  readonly labels: Uint32Array;
  /**
   * Bins that the events' times count, if known: a plan that takes another
   * number refuses the batch.
   */
  readonly bins?: number;
}
