/**
 * Worker of `open_samples.ts`, which reads recordings and cuts samples.
 *
 * @module
 */

import { answerJobs } from "../threads/answer_jobs.ts";
import { type CutJob, cutRecording } from "./cut_recording.ts";

answerJobs((job: CutJob) => cutRecording(job));
