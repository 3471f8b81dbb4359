/**
 * A worker that slices the recordings it is sent, one after another; run by
 * `workers.ts`.
 *
 * @module
 */

import { takeApart } from "../thread_problem.ts";
import { type SliceJob, sliceRecording } from "./recording.ts";
import type { SliceAnswer } from "./workers.ts";

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
