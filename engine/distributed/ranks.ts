/**
 * Ranks: the processes that train one network, from the training loop's view.
 *
 * @module
 */

import type { Exchange } from "./exchange.ts";

/** Durations of the phases of divided steps in ms, and bytes moved. */
export interface ExchangeTimes {
  /** Computing a step, and reading back the results for other ranks. */
  computing: number;
  /** Waiting for slower ranks. */
  waiting: number;
  /** Moving bytes between ranks. */
  exchange: number;
  /** Uploading the results of other ranks. */
  upload: number;
  /** Bytes that this rank sent. */
  bytes: number;
}

/**
 * The ranks of a run. Exchanges take place in the order of the calls, also
 * where a call passes a promise of bytes; all ranks must call in the same
 * order.
 */
export class Ranks {
  /** Time spent so far. */
  readonly times: ExchangeTimes = {
    computing: 0,
    waiting: 0,
    exchange: 0,
    upload: 0,
    bytes: 0,
  };
  readonly #exchange: Exchange | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Connects this rank to the others.
   *
   * @param exchange The connection to the other ranks. @default no other ranks
   */
  constructor(exchange?: Exchange) {
    this.#exchange = exchange;
  }

  /** Index of this rank, from 0. */
  get rank(): number {
    return this.#exchange?.rank ?? 0;
  }

  /** Number of ranks. */
  get count(): number {
    return this.#exchange?.ranks ?? 1;
  }

  /**
   * Gathers bytes of all ranks.
   *
   * @param own Bytes of this rank, or a promise of them.
   * @param options Number of bytes of each rank, that of `own` unless given; and
   * whether it takes no time, as the device computes meanwhile.
   * @returns The bytes of all ranks, in rank order.
   * @throws {Error} If another rank has gone, or an earlier exchange failed.
   */
  gather(
    own: Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>,
    options: {
      readonly sizes?: readonly number[];
      readonly hidden?: boolean;
    } = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    const gathered = this.#last.then(() => this.#gather(own, options));
    this.#last = gathered;
    // Errors are reported where the caller awaits the bytes.
    gathered.catch(() => {});
    return gathered;
  }

  async #gather(
    given: Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>,
    { sizes, hidden = false }: NonNullable<Parameters<Ranks["gather"]>[1]>,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const own = await given;
    if (!this.#exchange) return own;
    const { times, count } = this;
    const start = performance.now();
    await this.#exchange.gather(new Uint8Array(1), new Array(count).fill(1));
    const met = performance.now();
    const all = await this.#exchange.gather(
      own,
      sizes ?? new Array(count).fill(own.length),
    );
    if (!hidden) {
      times.waiting += met - start;
      times.exchange += performance.now() - met;
    }
    times.bytes += own.length;
    return all;
  }

  /**
   * Waits until all ranks have called it (barrier).
   *
   * @throws {Error} If another rank has gone, or an earlier exchange failed.
   */
  async meet(): Promise<void> {
    await this.gather(new Uint8Array());
  }

  /**
   * Sums words over all ranks.
   *
   * @param own Words of this rank, of equal number on all ranks.
   * @returns The sums, modulo 2³².
   * @throws {Error} If another rank has gone, or an earlier exchange failed.
   */
  async sum(own: Promise<Uint32Array<ArrayBuffer>>): Promise<Uint32Array> {
    if (this.count === 1) return await own;
    const bytes = this.gather(own.then(({ buffer }) => new Uint8Array(buffer)));
    const all = new Uint32Array((await bytes).buffer);
    const { length } = await own;
    const sums = all.slice(0, length);
    for (let i = length; i < all.length; i++) sums[i % length] += all[i];
    return sums;
  }

  /**
   * Requires that all ranks have the same bytes.
   *
   * @param read Reads the bytes of this rank; not called if it is alone.
   * @param what Name of the bytes, such as `weights after epoch 3`.
   * @throws {Error} If two ranks differ.
   */
  async requireEqual(
    read: () => Promise<Uint8Array<ArrayBuffer>>,
    what: string,
  ): Promise<void> {
    if (this.count === 1) return;
    const digest = async () =>
      new Uint8Array(await crypto.subtle.digest("SHA-256", await read()));
    const digests = await this.gather(digest());
    const size = digests.length / this.count;
    const stranger = Array.from({ length: this.count }, (_, rank) => rank)
      .find((rank) =>
        digests.subarray(0, size).some((byte, i) =>
          byte !== digests[rank * size + i]
        )
      );
    if (stranger !== undefined) {
      throw new Error(
        `Cannot go on: ${what} of rank ${stranger} differ from those of rank 0`,
      );
    }
  }
}
