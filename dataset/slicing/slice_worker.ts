/**
 * The worker of `slice_threads.ts`: slices recordings, one after another.
 *
 * @module
 */

import { answerJobs } from "../threads/answer_jobs.ts";
import { sliceRecording } from "./slicer.ts";

answerJobs(sliceRecording);
