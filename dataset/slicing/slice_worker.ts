/**
 * A worker that slices the recordings it is sent, one after another; run by
 * `slice_threads.ts`.
 *
 * @module
 */

import { takeApart } from "../threads/worker_error.ts";
import { type SliceJob, sliceRecording } from "./slicer.ts";
import type { SliceAnswer } from "./slice_threads.ts";

const worker = self as unknown as {
  onmessage: (event: MessageEvent<SliceJob>) => Promise<void>;
  postMessage(answer: SliceAnswer): void;
};

worker.onmessage = async ({ data: job }) => {
  try {
    worker.postMessage({ attributes: await sliceRecording(job) });
  } catch (error) {
    worker.postMessage({ problem: takeApart(error) });
  }
};
