/**
 * `deno task train`: four-fold cross-validation into training, validation and
 * test.
 *
 * @module
 */

import { runProgram } from "../training/training_command.ts";

await runProgram({
  name: "train",
  task: "train",
  summary: "Trains with a validation set, and tests the best weights.",
  validation: true,
});
