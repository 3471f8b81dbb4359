/**
 * A worker that counts its jobs, and fails where it is told to.
 *
 * @module
 */

import { DatasetError } from "../../../dataset/files/errors.ts";
import { answerJobs } from "../../../dataset/threads/answer_jobs.ts";

/** A job of the worker. */
export interface CountingJob {
  /** How it ends: with an answer, an error, an error that nobody catches. */
  readonly end: "answer" | "throw" | "crash";
}

let jobs = 0;

answerJobs(async ({ end }: CountingJob) => {
  jobs++;
  if (end === "throw") throw new DatasetError("list.txt", "it is empty");
  if (end === "crash") {
    // No answer follows: the thread has ended.
    setTimeout(() => {
      throw new Error("nobody catches this");
    });
    await Promise.withResolvers<void>().promise;
  }
  return { jobs, memory: new Uint8Array(9) };
});
