/**
 * `deno task inspect`: prints duration, counts and rates of a recording's
 * events, and draws them on a terminal.
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
import { inspectAedat } from "../../dataset/formats/aedat2/aedat.ts";
import { openRecording } from "../../dataset/formats/open_recording.ts";
import {
  HOT_RATE,
  type RecordingSummary,
  summarize,
} from "../../dataset/formats/reading/recording_summary.ts";
import { runCommand } from "../command_line/command.ts";
import { drawOverview } from "../pictures/terminal/recording_overview.ts";
import { lineWidth } from "../command_line/terminal.ts";

await runCommand({
  name: "deno task inspect",
  summary: "Prints what a recording holds, of any format that can be read.",
  examples: [
    "deno task inspect data/recordings/user00_indoor.aedat",
    "deno task inspect data/recordings/user00_indoor.aedat --json",
    "deno task inspect hand.csv --time-unit ms",
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
          message`Axes of AEDAT 1.0 and 2.0: as in SLAYER's programs, or as in jAER`,
      },
    ).withDefault("reference"),
    timeUnit: option("--time-unit", choice(["s", "ms", "us", "ns"]), {
      description: message`Unit of the times in text and NumPy files`,
    }).optional(),
  },
}, async ({ file, json, axes, timeUnit }) => {
  const recording = await openRecording(file, { timeUnit });
  if (/^AEDAT [12]/.test(recording.format)) {
    await printAedat(file, { json, axes });
    return;
  }
  const summary = await summarize(recording);
  if (json) console.log(JSON.stringify(summary));
  else printSummary(summary);
});

/** Prints statistics of a recording of any camera. */
function printSummary(summary: RecordingSummary): void {
  const { format, sensor, events, durationUs, firstUs, lastUs } = summary;
  const { eventRate, xMax, yMax, onShare, hotPixels, backwardSteps } = summary;
  const faults = summary.faults.map(({ problem, count, offset }) =>
    `${problem}: ${count}, the first at byte ${offset}`
  );
  const or = (value: number | null, unit = "") =>
    value === null ? "none" : `${value}${unit}`;
  const rate = eventRate === null ? null : Math.round(eventRate);
  const percent = onShare === null ? null : (100 * onShare).toFixed(1);
  console.log(`format          ${format}
sensor          ${
    sensor === null ? "not told" : `${sensor.width}×${sensor.height}`
  }
events          ${events}
duration        ${durationUs} µs
first event     ${or(firstUs, " µs")}
last event      ${or(lastUs, " µs")}
event rate      ${or(rate, " events/s")}
highest x       ${or(xMax)}
highest y       ${or(yMax)}
ON events       ${percent === null ? "none" : `${percent} %`}
hot pixels      ${hotPixels} above ${HOT_RATE} events/s
backward steps  ${backwardSteps}
faults          ${faults.join("\n                ") || "none"}`);
}

/** Prints statistics of a DVS128 recording, and draws it on a terminal. */
async function printAedat(
  file: string,
  { json, axes }: {
    readonly json: boolean;
    readonly axes: "reference" | "jaer";
  },
): Promise<void> {
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
}
