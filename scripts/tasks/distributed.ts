/**
 * `deno task distributed`: `deno task train`, with every batch shared by the
 * processes that mpirun or srun started.
 *
 * @module
 */

import { runProgram } from "../training/training_command.ts";

await runProgram({
  name: "train",
  task: "distributed",
  summary: "Trains on all ranks that mpirun or srun started, as one.",
  validation: true,
});
