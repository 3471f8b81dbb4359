/**
 * The interface of whatever connects the processes that train one network.
 *
 * @module
 */

/** Moves bytes among processes that were started together; each is a rank. */
export interface Exchange {
  /** Number of this process, from 0. */
  readonly rank: number;
  /** Number of processes. */
  readonly ranks: number;
  /**
   * Gathers bytes of all ranks. Every rank calls it equally often, in the same
   * order, and again only once the promise has resolved.
   *
   * @param own Bytes of this rank.
   * @param sizes Number of bytes that each rank gives.
   * @returns The bytes of all ranks, one rank after the other.
   * @throws {Error} If another rank has gone.
   */
  gather(
    own: Uint8Array<ArrayBuffer>,
    sizes: readonly number[],
  ): Promise<Uint8Array<ArrayBuffer>>;
}
