/**
 * Slicing of recordings on worker threads.
 *
 * @module
 */

import type { RecordingAttributes } from "../store/attributes.ts";
import { WorkerPool } from "../threads/worker_pool.ts";
import type { SliceJob } from "./slicer.ts";

/**
 * Pool of threads that slice recordings; a job's result is the attributes of
 * the group.
 */
export type SliceThreads = WorkerPool<SliceJob, RecordingAttributes>;

/**
 * Creates a pool of threads that slice recordings.
 *
 * @returns The pool. A job fails with a `RecordingError` if the recording
 *   cannot be read, and with a `DatasetError` if a tag does not fit the
 *   recording or the group cannot be written.
 */
export function sliceThreads(): SliceThreads {
  return new WorkerPool(import.meta.resolve("./slice_worker.ts"));
}
