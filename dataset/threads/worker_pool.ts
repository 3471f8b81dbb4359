/**
 * Worker threads that share a queue of jobs.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { leastIndex } from "npm:d3-array@3.2.4";
import { putTogether, type ThreadProblem } from "./worker_error.ts";

/** A job on its way to a worker. */
export interface Question<Job> {
  /** Number by which its answer is recognised. */
  readonly id: number;
  /** The job. */
  readonly job: Job;
}

/** The answer of a worker: the result of a job, or why there is none. */
export type Answer<Result> =
  & {
    /** Number of the job. */
    readonly id: number;
  }
  & ({ readonly result: Result } | { readonly problem: ThreadProblem });

/** A worker, and the jobs that it has not answered. */
interface Thread<Result> {
  readonly worker: Worker;
  readonly open: Map<number, PromiseWithResolvers<Result>>;
}

/**
 * Worker threads, started as they are needed, whose module calls
 * `answerJobs()`. Its owner ends them, or holds them with `using`.
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
   * Makes a pool without threads yet.
   *
   * @param module Address of the module that the workers run.
   * @param options The number of threads at most: one a processor unless given.
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
   * @param thread Number of the thread, below the size of the pool; the one with
   * the fewest open jobs unless given.
   * @returns Its result.
   * @throws {Error} If the job fails, of the class that it had on the thread; or
   * if the module cannot be run, which ends the thread.
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

  /** Of threads as busy, the first: it may be started already. */
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
