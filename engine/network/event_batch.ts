/**
 * Samples as a plan takes them.
 *
 * @module
 */

/**
 * Samples as packed events.
 *
 * An event is one word, `bin << addressBits | address`, with
 * address = (row·W + column)·C + channel and addressBits = ⌈log2(C·H·W)⌉.
 *
 * Words that a plan has seen stay on the device, and are found there by the
 * memory they lie in: change them no more, and give what differs in an array of
 * its own.
 */
export interface EventBatch {
  /** Event words of each sample. */
  readonly samples: readonly Uint32Array[];
  /** Class of each sample. */
  readonly labels: Uint32Array;
}
