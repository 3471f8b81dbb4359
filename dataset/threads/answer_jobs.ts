/**
 * The side of a worker pool that runs on its threads.
 *
 * @module
 */

import { takeApart } from "./worker_error.ts";
import type { Answer, Question } from "./worker_pool.ts";

/**
 * Answers the jobs that this thread is sent; to be called in the module of a
 * worker pool. The memory of typed arrays in a result moves to the owner of the
 * pool, all else is cloned.
 *
 * @param answer Runs a job, whose errors reach the owner of the pool.
 */
export function answerJobs<Job, Result>(
  answer: (job: Job) => Promise<Result>,
): void {
  const worker = self as unknown as {
    onmessage: (event: MessageEvent<Question<Job>>) => Promise<void>;
    postMessage(answer: Answer<Result>, transfer: ArrayBufferLike[]): void;
  };
  worker.onmessage = async ({ data: { id, job } }) => {
    try {
      const result = await answer(job);
      const arrays = Object.values(result as object).filter(ArrayBuffer.isView);
      worker.postMessage({ id, result }, arrays.map(({ buffer }) => buffer));
    } catch (error) {
      worker.postMessage({ id, problem: takeApart(error) }, []);
    }
  };
}
