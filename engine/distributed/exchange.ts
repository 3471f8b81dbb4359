/**
 * Interface of the connection between processes that train one network.
 *
 * @module
 */

/** Moves bytes between processes that were started together; each is a rank. */
export interface Exchange {
  /** Index of this process, from 0. */
  readonly rank: number;
  /** Number of processes. */
  readonly ranks: number;
  /**
   * Gathers bytes of all ranks. All ranks call it equally often and in the same
   * order, and call it again only when the promise has resolved.
   *
   * @param own Bytes of this rank.
   * @param sizes Number of bytes of each rank.
   * @returns The bytes of all ranks, in rank order.
   * @throws {Error} If another rank has gone.
   */
  gather(
    own: Uint8Array<ArrayBuffer>,
    sizes: readonly number[],
  ): Promise<Uint8Array<ArrayBuffer>>;
}
