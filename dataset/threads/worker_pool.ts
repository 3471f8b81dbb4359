/**
 * Pool of worker threads.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { leastIndex } from "npm:d3-array@3.2.4";
import { putTogether, type ThreadProblem } from "./worker_error.ts";

/** Message with a job for a worker. */
export interface Question<Job> {
  /** Number that the answer repeats. */
  readonly id: number;
  /** The job. */
  readonly job: Job;
}

/** Message with a worker's answer: the result or the error of a job. */
export type Answer<Result> =
  & {
    /** Number of the job. */
    readonly id: number;
  }
  & ({ readonly result: Result } | { readonly problem: ThreadProblem });

/** A worker and its unanswered jobs. */
interface Thread<Result> {
  readonly worker: Worker;
  readonly open: Map<number, PromiseWithResolvers<Result>>;
}

/**
 * Worker threads that run a module that calls `answerJobs()`. They start on
 * demand and end when the pool is disposed, for example by `using`.
 *
 * @example
 * ```ts
 * import { WorkerPool } from "./worker_pool.ts";
 * const answers = import.meta.resolve("./answer_jobs.ts");
 * const square = `import { answerJobs } from ${JSON.stringify(answers)};
 *   answerJobs((n) => Promise.resolve(n * n));`;
 * using pool = new WorkerPool<number, number>(
 *   `data:text/javascript,${encodeURIComponent(square)}`,
 *   { size: 2 },
 * );
 * const squares = await Promise.all([1, 2, 3].map((n) => pool.run(n)));
 * if (squares.join() !== "1,4,9") throw new Error(squares.join());
 * ```
 */
export class WorkerPool<Job, Result> implements Disposable {
  readonly #module: string;
  readonly #threads: (Thread<Result> | undefined)[];
  #jobs = 0;

  /**
   * Makes a pool without starting threads.
   *
   * @param module URL of the module that the workers run.
   * @param options Maximum number of threads, by default the number of
   *   processors.
   */
  constructor(
    module: string,
    { size = navigator.hardwareConcurrency }: { readonly size?: number } = {},
  ) {
    this.#module = module;
    this.#threads = new Array(size).fill(undefined);
  }

  /**
   * Runs a job on a thread.
   *
   * @param job The job, which is cloned.
   * @param thread Index of the thread, below the size of the pool; by default
   *   the one with the fewest unanswered jobs.
   * @returns Its result.
   * @throws {Error} If the job fails, with the class of the worker's error; or
   *   if the module cannot be run, which ends the thread.
   */
  run(job: Job, thread: number = this.#leastBusy()): Promise<Result> {
    const { worker, open } = this.#threads[thread] ??= this.#start(thread);
    const answer = Promise.withResolvers<Result>();
    const id = this.#jobs++;
    open.set(id, answer);
    worker.postMessage({ id, job } satisfies Question<Job>);
    return answer.promise;
  }

  /** Ends all threads and abandons their jobs. */
  [Symbol.dispose](): void {
    for (const thread of this.#threads) thread?.worker.terminate();
  }

  /**
   * Index of the least busy thread; ties go to the first, which is more likely
   * to be running already.
   */
  #leastBusy(): number {
    return leastIndex(
      this.#threads,
      (a, b) => (a?.open.size ?? 0) - (b?.open.size ?? 0),
    )!;
  }

  #start(thread: number): Thread<Result> {
    const worker = new Worker(this.#module, { type: "module" });
    const open: Thread<Result>["open"] = new Map();
    worker.onmessage = ({ data }: MessageEvent<Answer<Result>>) => {
      const { resolve, reject } = open.get(data.id)!;
      open.delete(data.id);
      if ("problem" in data) reject(putTogether(data.problem));
      else resolve(data.result);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      this.#threads[thread] = undefined;
      for (const { reject } of open.values()) reject(new Error(event.message));
    };
    return { worker, open };
  }
}
