/**
 * A worker that slices the recordings it is sent, one after another; run by
 * `workers.ts`.
 *
 * @module
 */

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
    // Cloning an error keeps neither its class nor the fields of that class.
    const { message, cause, stack } = error as Error;
    const fields = { ...error as Error, stack };
    worker.postMessage({ problem: { message, cause, fields } });
  }
};
