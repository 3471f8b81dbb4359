/**
 * Worker of `read_threads.ts`, which reads and packs slices.
 *
 * @module
 */

import { packSample } from "../pack.ts";
import { answerJobs } from "../threads/answer_jobs.ts";
import { type ReadJob, THREADS } from "./read_job.ts";
import { type OpenRecording, openRecording } from "./recording_group.ts";
import { CACHE_BYTES, SliceReader } from "./slice_reader.ts";

const recordings = new Map<string, Promise<OpenRecording>>();
const reader = new SliceReader(CACHE_BYTES / THREADS);

answerJobs(async ({ folder, group, slice, packing }: ReadJob) => {
  let recording = recordings.get(folder);
  if (recording === undefined) {
    recordings.set(folder, recording = openRecording(folder, group));
  }
  const events = await reader.events(await recording, slice);
  return packing === undefined ? events : packSample(events, packing);
});
