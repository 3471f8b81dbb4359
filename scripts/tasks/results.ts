/**
 * `deno task results`: compares the combinations of a sweep.
 *
 * @module
 */

import { argument, message, option, string } from "npm:@optique/core@1.3.6";
import { shownLine } from "../../dataset/files/shown_line.ts";
import { runCommand } from "../command_line/command.ts";
import { lineWidth } from "../command_line/terminal.ts";
import { readDefinition } from "../sweep/definition/definition.ts";
import { mergeRuns } from "../sweep/results/merge.ts";
import { describeResults, formatCsv } from "../sweep/results/results_text.ts";

await runCommand({
  name: "deno task results",
  summary:
    "Compares the combinations of a sweep by validation, while it runs " +
    "and after.",
  examples: [
    "deno task results output/sweep",
    "deno task results output/sweep --csv > sweep.csv",
    "deno task results output/sweep --json",
  ],
  parameters: {
    folder: argument(string({ metavar: "SWEEP" }), {
      description: message`Folder of the sweep`,
    }),
    csv: option("--csv", { description: message`Print CSV` }),
    json: option("--json", {
      description: message`Print JSON, with every run`,
    }),
  },
}, async ({ folder, csv, json }) => {
  if (csv && json) {
    throw new TypeError("Cannot print both CSV and JSON: choose one");
  }
  const definition = await readDefinition(folder);
  const results = await mergeRuns({ folder, definition });
  if (json) console.log(JSON.stringify(results));
  else if (csv) {
    await Deno.stdout.write(new TextEncoder().encode(formatCsv(results)));
  } else {
    for (const line of describeResults(results, lineWidth())) {
      console.log(shownLine(line));
    }
  }
});
