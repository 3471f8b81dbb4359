/**
 * Reading and packing slices on other threads.
 *
 * @module
 */

import type { Events } from "../events.ts";
import type { PackedSample, PackOptions } from "../pack.ts";
import { putTogether, type ThreadProblem } from "../threads/worker_error.ts";
import type { GroupOptions } from "./recording_group.ts";

/** Threads at most; each takes 12 MB of memory. */
const MOST = 16;

/** How many there are once all are needed: one for each other processor. */
export const THREADS = Math.max(
  1,
  Math.min(navigator.hardwareConcurrency - 1, MOST),
);

/** A slice to read. */
export interface ReadJob {
  /** The group of its recording. */
  readonly folder: string;
  /** What the store says of the recording. */
  readonly group: GroupOptions;
  /** Which of the recording's slices, counted from 0. */
  readonly slice: number;
  /** The chunk of its first event. */
  readonly chunk: number;
  /** How to pack it; without, its events are wanted. */
  readonly packing?: PackOptions;
}

/** What a worker is sent: a job, and a number to find the answer by. */
export type ReadRequest = ReadJob & { readonly id: number };

/** What a worker sends back. */
export type ReadAnswer =
  & { readonly id: number }
  & (
    | { readonly sample: Events | PackedSample }
    | { readonly problem: ThreadProblem }
  );

/** Who waits for an answer. */
interface Waiting {
  readonly resolve: (sample: Events | PackedSample) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Threads that read slices, started as they are needed.
 *
 * Slices that begin in one chunk are read by one thread, which keeps it. Its
 * owner ends the threads, or holds them with `using`.
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
  readonly #workers: Worker[] = [];
  readonly #readers = new Map<string, number>();
  readonly #waiting = new Map<number, Waiting>();
  #jobs = 0;

  /**
   * Reads the events of a slice.
   *
   * @internal
   * @param job Which.
   * @returns Its events, in the order recorded.
   * @throws {DatasetError} If the store is damaged.
   */
  async events(job: Omit<ReadJob, "packing">): Promise<Events> {
    return await this.#ask(job) as Events;
  }

  /**
   * Reads and packs a slice.
   *
   * @internal
   * @param job Which, and how to pack it.
   * @returns The packed sample.
   * @throws {DatasetError} If the store is damaged.
   * @throws {RangeError} If it cannot be packed.
   */
  async packed(job: Required<ReadJob>): Promise<PackedSample> {
    return await this.#ask(job) as PackedSample;
  }

  /** Ends all threads, whatever they do. */
  [Symbol.dispose](): void {
    for (const worker of this.#workers) worker.terminate();
  }

  #ask(job: ReadJob): Promise<Events | PackedSample> {
    const { resolve, reject, promise } = Promise.withResolvers<
      Events | PackedSample
    >();
    const id = this.#jobs++;
    this.#waiting.set(id, { resolve, reject });
    this.#readerOf(job).postMessage({ ...job, id });
    return promise;
  }

  #readerOf({ folder, chunk }: ReadJob): Worker {
    const key = `${chunk} ${folder}`;
    const reader = this.#readers.get(key) ?? this.#readers.size % THREADS;
    this.#readers.set(key, reader);
    return this.#workers[reader] ??= this.#start();
  }

  #start(): Worker {
    const url = new URL("./read_worker.ts", import.meta.url);
    const worker = new Worker(url, { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<ReadAnswer>) => {
      const { resolve, reject } = this.#waiting.get(data.id)!;
      this.#waiting.delete(data.id);
      if ("problem" in data) reject(putTogether(data.problem));
      else resolve(data.sample);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      for (const { reject } of this.#waiting.values()) {
        reject(new Error(event.message));
      }
    };
    return worker;
  }
}
