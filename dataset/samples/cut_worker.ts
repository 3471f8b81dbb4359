/**
 * The worker of `cut_threads.ts`: reads recordings and cuts them.
 *
 * @module
 */

import { answerJobs } from "../threads/answer_jobs.ts";
import { type CutJob, cutRecording } from "./cut_recording.ts";

answerJobs((job: CutJob) => cutRecording(job));
