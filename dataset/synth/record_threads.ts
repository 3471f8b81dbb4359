/**
 * Synthesis of recordings on worker threads.
 *
 * @module
 */

import { WorkerPool } from "../threads/worker_pool.ts";
import type { RecordedFiles, RecordJob } from "./recorded_files.ts";

/**
 * Records people on worker threads, one per processor.
 *
 * @param jobs The people.
 * @returns The files of each recording, in the order of the jobs.
 */
export async function* recordOnThreads(
  jobs: readonly RecordJob[],
): AsyncGenerator<RecordedFiles> {
  using threads = new WorkerPool<RecordJob, RecordedFiles>(
    import.meta.resolve("./record_worker.ts"),
  );
  // One more than there are threads, so that none waits for the consumer.
  const most = navigator.hardwareConcurrency + 1;
  const ahead: Promise<RecordedFiles>[] = [];
  let next = 0;
  while (true) {
    while (ahead.length < most && next < jobs.length) {
      const files = threads.run(jobs[next++]);
      // The consumer receives an error when it reaches this recording; without
      // a handler here, the runtime would end the program earlier.
      files.catch(() => {});
      ahead.push(files);
    }
    const files = ahead.shift();
    if (files === undefined) return;
    yield await files;
  }
}
