/**
 * Exchange between the ranks that an MPI launcher started.
 *
 * @module
 */

import { setImmediate, setTimeout } from "node:timers";
import type { Exchange } from "../../engine/distributed/exchange.ts";
import type { MpiLibrary } from "./library.ts";

/** Time of busy polling between turns of the event loop, in ms. */
const EAGER_MS = 1;

/** Time after which polling pauses, in ms: another rank is slower. */
const PATIENT_MS = 50;

/** Largest size of one gathering in bytes: MPI counts in 32 bits. */
const MOST_BYTES = 2 ** 31 - 1;

/** All ranks of a run. */
export class Communicator implements Exchange {
  readonly rank: number;
  readonly ranks: number;
  readonly #mpi: MpiLibrary;
  readonly #check: () => void;
  /** Buffers that MPI accesses until the gathering is complete. */
  #inUse: readonly ArrayBuffer[] = [];

  /**
   * Reads the number of ranks.
   *
   * @param mpi The library, initialised.
   * @param check Called while this rank waits for others; what it throws ends
   * the wait.
   */
  constructor(mpi: MpiLibrary, check: () => void = () => {}) {
    this.#mpi = mpi;
    this.#check = check;
    this.rank = mpi.rank();
    this.ranks = mpi.size();
  }

  /**
   * Gathers bytes of all ranks. Meanwhile this process can read samples and
   * handle signals.
   *
   * @param own Bytes of this rank.
   * @param sizes Number of bytes that each rank gives.
   * @returns The bytes of all ranks, one rank after the other.
   * @throws {RangeError} If the total exceeds MPI's 32-bit count.
   */
  async gather(
    own: Uint8Array<ArrayBuffer>,
    sizes: readonly number[],
  ): Promise<Uint8Array<ArrayBuffer>> {
    let total = 0;
    const starts = Int32Array.from(sizes, (size) => (total += size) - size);
    if (total > MOST_BYTES) {
      throw new RangeError(
        `Cannot exchange ${total} bytes at once: MPI counts up to ` +
          `${MOST_BYTES}; fewer training.parts help`,
      );
    }
    const all = new Uint8Array(total);
    const counts = Int32Array.from(sizes);
    // Reading `buffer` pins small arrays, which the garbage collector may move
    // otherwise. The reference keeps all arrays alive until MPI is done.
    this.#inUse = [own, all, counts, starts].map(({ buffer }) => buffer);
    const request = this.#mpi.startGather(own, all, counts, starts);
    const start = performance.now();
    let eager = start + EAGER_MS;
    while (!this.#mpi.isDone(request)) {
      const now = performance.now();
      if (now < eager) continue;
      this.#check();
      const pause = now < start + PATIENT_MS ? setImmediate : setTimeout;
      await new Promise<void>((resume) => pause(resume));
      eager = performance.now() + EAGER_MS;
    }
    this.#inUse = [];
    return all;
  }
}
