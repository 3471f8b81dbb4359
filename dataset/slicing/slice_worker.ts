/**
 * Worker of `slice_threads.ts`, which slices recordings.
 *
 * @module
 */

import { answerJobs } from "../threads/answer_jobs.ts";
import { sliceRecording } from "./slicer.ts";

answerJobs(sliceRecording);
