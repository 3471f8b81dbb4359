/**
 * `deno task demo`: makes synthetic recordings, and trains and tests a network
 * on them, in a few minutes.
 *
 * @module
 */

import { message, option, string } from "npm:@optique/core@1.3.6";
import { join, resolve } from "node:path";
import { runCommand, runWithin } from "../command_line/command.ts";

/** Number of synthetic people; a quarter of them form the test set. */
const PEOPLE = 24;

/** Lowest test accuracy at which the demo succeeds; chance is 0.05. */
const ACCURACY = 0.45;

/** Modules of the tasks that the demo runs. */
const TASKS = {
  synth: () => import("./synth.ts"),
  slice: () => import("./slice.ts"),
  train: () => import("./train.ts"),
};

await runCommand({
  name: "deno task demo",
  summary: "Makes synthetic recordings, slices them, trains and tests.",
  examples: ["deno task demo", "deno task demo --out /tmp/demo"],
  parameters: {
    out: option("--out", string({ metavar: "DIR" }), {
      description: message`Folder for recordings and results`,
    }).withDefault("demo"),
  },
}, async ({ out }) => {
  const data = resolve(out, "data");
  const results = resolve(out, "results");
  const config = join(import.meta.dirname!, "..", "demo.yaml");
  const set = (key: string, path: string) => [
    "--set",
    `training.path.${key}=${JSON.stringify(path)}`,
  ];
  const start = performance.now();
  await run("synth", ["--out", data, "--people", String(PEOPLE)]);
  await run("slice", ["--data", data]);
  await run("train", [
    ...["--config", config, "--out", results, "--folds", "1", "--resume"],
    ...set("data", data),
    ...set("file_list", join(data, "filelist.txt")),
  ]);
  const { testAccuracy } = JSON.parse(
    await Deno.readTextFile(join(results, "summary.json")),
  );
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(
    `${(100 * testAccuracy.mean).toFixed(1)} % of the signs of people never ` +
      `trained on are recognised, after ${seconds} s`,
  );
  if (testAccuracy.mean < ACCURACY) {
    throw new Error(`The demo did not reach ${100 * ACCURACY} %`);
  }
});

/** Runs another task in this process, after printing its command line. */
async function run(
  task: keyof typeof TASKS,
  args: readonly string[],
): Promise<void> {
  console.log(`\n$ deno task ${task} ${args.join(" ")}`);
  await runWithin(args, TASKS[task]);
}
