/**
 * `deno task train-test-only`: the simpler program, four folds of training and
 * test.
 *
 * @module
 */

import { runProgram } from "../training/training_command.ts";

await runProgram({
  name: "train-test-only",
  task: "train-test-only",
  summary: "Trains without a validation set, and tests after every epoch.",
  validation: false,
});
