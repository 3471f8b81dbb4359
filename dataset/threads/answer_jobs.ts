/**
 * Worker side of a worker pool.
 *
 * @module
 */

import { takeApart } from "./worker_error.ts";
import type { Answer, Question } from "./worker_pool.ts";

/**
 * Runs the jobs sent to this thread; to be called in the module that a pool's
 * workers run. Typed arrays that are fields of a result are transferred,
 * everything else is cloned.
 *
 * @param answer Runs a job; its errors reach the owner of the pool.
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
