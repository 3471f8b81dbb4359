/**
 * `deno task distributed`: `deno task train`, with every batch shared by the
 * processes that mpirun or srun starts.
 *
 * @module
 */

import { leaveUsageToOthers } from "../command_line/command.ts";
import { launchedRank } from "../mpi/join_ranks.ts";
import { runProgram } from "../training/training_command.ts";

leaveUsageToOthers(() => launchedRank() > 0);
await runProgram({
  name: "train",
  task: "distributed",
  summary: "Trains with every batch shared by the ranks of mpirun or srun.",
  validation: true,
});
