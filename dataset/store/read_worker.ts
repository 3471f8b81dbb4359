/**
 * A worker that reads and packs the slices it is sent; run by
 * `read_threads.ts`.
 *
 * @module
 */

import { packSample } from "../pack.ts";
import { takeApart } from "../threads/worker_error.ts";
import { type ReadAnswer, type ReadRequest, THREADS } from "./read_threads.ts";
import { type OpenRecording, openRecording } from "./recording_group.ts";
import { CACHE_BYTES, SliceReader } from "./slice_reader.ts";

const worker = self as unknown as {
  onmessage: (event: MessageEvent<ReadRequest>) => Promise<void>;
  postMessage(answer: ReadAnswer, transfer: ArrayBufferLike[]): void;
};

const recordings = new Map<string, Promise<OpenRecording>>();
const reader = new SliceReader(CACHE_BYTES / THREADS);

worker.onmessage = async ({ data: { id, ...job } }) => {
  const { folder, group, slice, packing } = job;
  try {
    let recording = recordings.get(folder);
    if (recording === undefined) {
      recordings.set(folder, recording = openRecording(folder, group));
    }
    const events = await reader.events(await recording, slice);
    if (packing === undefined) {
      const columns = Object.values(events) as Uint32Array[];
      const memory = columns.map(({ buffer }) => buffer);
      worker.postMessage({ id, sample: events }, memory);
    } else {
      const sample = packSample(events, packing);
      worker.postMessage({ id, sample }, [sample.words.buffer]);
    }
  } catch (error) {
    worker.postMessage({ id, problem: takeApart(error) }, []);
  }
};
