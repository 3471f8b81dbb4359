/**
 * Reading and packing slices on other threads.
 *
 * @module
 */

import type { Events } from "../events.ts";
import type { PackedSample } from "../pack.ts";
import { WorkerPool } from "../threads/worker_pool.ts";
import { type ReadJob, THREADS } from "./read_job.ts";

/**
 * Worker threads that read slices, started on demand.
 *
 * Slices that begin in the same chunk are read by the same thread, which caches
 * the chunk. The threads run until the object is disposed, for example by
 * `using`.
 *
 * @example
 * ```ts
 * import { openStore } from "./store.ts";
 * import { ReadThreads } from "./read_threads.ts";
 * using threads = new ReadThreads();
 * const problem = await openStore("no/such.zarr", { threads })
 *   .catch((error) => error.message);
 * if (!problem.includes("there is no event store")) throw new Error(problem);
 * ```
 */
export class ReadThreads implements Disposable {
  readonly #pool = new WorkerPool<ReadJob, Events | PackedSample>(
    import.meta.resolve("./read_worker.ts"),
    { size: THREADS },
  );
  readonly #threads = new Map<string, number>();

  /**
   * Reads the events of a slice.
   *
   * @internal
   * @param job The slice.
   * @returns Its events, in the order recorded.
   * @throws {DatasetError} If the store is damaged.
   */
  async events(job: Omit<ReadJob, "packing">): Promise<Events> {
    return await this.#read(job) as Events;
  }

  /**
   * Reads and packs a slice.
   *
   * @internal
   * @param job The slice, and how to pack it.
   * @returns The packed sample.
   * @throws {DatasetError} If the store is damaged.
   * @throws {RangeError} If it cannot be packed.
   */
  async packed(job: Required<ReadJob>): Promise<PackedSample> {
    return await this.#read(job) as PackedSample;
  }

  /** Ends all threads and abandons their jobs. */
  [Symbol.dispose](): void {
    this.#pool[Symbol.dispose]();
  }

  #read(job: ReadJob): Promise<Events | PackedSample> {
    const chunk = `${job.chunk} ${job.folder}`;
    const thread = this.#threads.get(chunk) ?? this.#threads.size % THREADS;
    this.#threads.set(chunk, thread);
    return this.#pool.run(job, thread);
  }
}
