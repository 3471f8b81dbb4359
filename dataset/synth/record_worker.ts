/**
 * The worker of `record_threads.ts`: records people, one after another.
 *
 * @module
 */

import { answerJobs } from "../threads/answer_jobs.ts";
import { recordFiles } from "./recorded_files.ts";

answerJobs(recordFiles);
