/**
 * `deno task inspect`: prints what a recording holds, and shows it where
 * somebody watches.
 *
 * @module
 */

import {
  argument,
  choice,
  message,
  option,
  string,
} from "npm:@optique/core@1.3.6";
import { inspectAedat } from "../../dataset/formats/aedat.ts";
import { runCommand } from "../command_line/command.ts";
import { drawOverview } from "../pictures/terminal/recording_overview.ts";
import { lineWidth } from "../command_line/terminal.ts";

await runCommand({
  name: "deno task inspect",
  summary: "Prints what a DVS128 recording in AEDAT 2.0 or 1.0 holds.",
  examples: [
    "deno task inspect data/recordings/user00_indoor.aedat",
    "deno task inspect data/recordings/user00_indoor.aedat --json",
  ],
  parameters: {
    file: argument(string({ metavar: "FILE" }), {
      description: message`The recording`,
    }),
    json: option("--json", { description: message`Print JSON` }),
    axes: option(
      "--axes",
      choice(["reference", "jaer"], { metavar: "reference|jaer" }),
      {
        description:
          message`Where x and y lead: as in SLAYER's programs, or as in jAER`,
      },
    ).withDefault("reference"),
  },
}, async ({ file, json, axes }) => {
  const summary = await inspectAedat(file, { axes });
  if (json) {
    const { xMin: _xMin, yMin: _yMin, ...keys } = summary;
    console.log(JSON.stringify(keys));
    return;
  }
  const { version, events, on, off, special } = summary;
  const { xMin, xMax, yMin, yMax, durationUs, backwardSteps } = summary;
  const range = (low: number | null, high: number | null) =>
    low === null ? "none" : `${low} to ${high}`;
  console.log(`version         AEDAT ${version}
events          ${events}
duration        ${durationUs} µs
x               ${range(xMin, xMax)}
y               ${range(yMin, yMax)}
ON events       ${on}
OFF events      ${off}
special events  ${special}
backward steps  ${backwardSteps}`);
  if (events === 0 || !Deno.stdout.isTerminal()) return;
  const columns = lineWidth();
  const lines = await drawOverview(file, { durationUs, columns, axes });
  console.log(`\n${lines.join("\n")}`);
});
