/**
 * Worker of `record_threads.ts`, which records people.
 *
 * @module
 */

import { answerJobs } from "../threads/answer_jobs.ts";
import { recordFiles } from "./recorded_files.ts";

answerJobs(recordFiles);
