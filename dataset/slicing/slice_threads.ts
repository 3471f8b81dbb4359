/**
 * Slicing recordings on other threads.
 *
 * @module
 */

import type { RecordingAttributes } from "../store/attributes.ts";
import { WorkerPool } from "../threads/worker_pool.ts";
import type { SliceJob } from "./slicer.ts";

/** Threads that slice recordings, each into a group with these attributes. */
export type SliceThreads = WorkerPool<SliceJob, RecordingAttributes>;

/**
 * Makes threads that slice recordings.
 *
 * @returns The threads. A job fails with a `RecordingError` if the recording
 * cannot be read, and with a `DatasetError` if a tag does not fit the recording
 * or the group cannot be written.
 */
export function sliceThreads(): SliceThreads {
  return new WorkerPool(import.meta.resolve("./slice_worker.ts"));
}
