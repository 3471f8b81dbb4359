/**
 * Describes a folder of recordings, a list or an event store.
 *
 * @module
 */

import { counted } from "../../../dataset/files/counted.ts";
import { cleanLine, shownLine } from "../../../dataset/files/shown_line.ts";
import { HOT_RATE } from "../../../dataset/formats/reading/recording_summary.ts";
import type {
  Range,
  Survey,
} from "../../../dataset/samples/survey/survey_samples.ts";
import { duration } from "../../command_line/duration.ts";
import { describeGuesses } from "../../experiment/guessed_names.ts";
import type { Training } from "./train_command.ts";

/** Largest number of classes or groups that are listed individually. */
const NAMED = 30;

/**
 * Describes a data set.
 *
 * @param survey Content of the data set.
 * @param training Command that trains on it.
 * @returns Lines for a terminal; that of the command is whole.
 */
export function reportSamples(
  survey: Survey,
  { command, notes }: Training,
): string[] {
  const { layout, formats, sensor, recordings, samples, classes } = survey;
  const { groups, sets, durationUs, eventRate, problems, guessed } = survey;
  const rows: [string, string | readonly string[]][] = [
    ["layout", layout + describeGuesses(guessed)],
    [
      "formats",
      Object.entries(formats).map(([name, count]) => `${name}: ${count}`),
    ],
    [
      "sensor",
      `${survey.sensorTold ? "" : "at least "}${sensor.width}×` +
      `${sensor.height} pixels`,
    ],
    ["recordings", String(recordings)],
    ["samples", String(samples)],
    [
      "classes",
      named(classes.map(({ name, samples, recordings, groups }) =>
        [
          `${name}: ${counted(samples, "sample")}`,
          counted(recordings, "recording"),
          ...(groups === null ? [] : [counted(groups, "group")]),
        ].join(", ")
      )),
    ],
    [
      "groups",
      named(
        Object.entries(groups).map(([name, count]) =>
          `${name}: ${counted(count, "sample")}`
        ),
      ),
    ],
    [
      "split",
      Object.entries(sets).map(([name, count]) =>
        `${name}: ${counted(count, "sample")}`
      ),
    ],
    ["duration", range(durationUs, (us) => duration(us / 1e6))],
    [
      "events",
      `${survey.events}, in a sample ${range(survey.eventsPerSample)}`,
    ],
    [
      "event rate",
      eventRate === null ? "none" : `${range(eventRate)} events/s`,
    ],
    ["ON events", `${(100 * survey.onShare).toFixed(1)} %`],
    ["hot pixels", `${survey.hotPixels} above ${HOT_RATE} events/s`],
    ["problems", problems.length === 0 ? "none" : problems],
    [
      "train with",
      command ? [command, ...notes] : `nothing: ${notes.join("; ")}`,
    ],
  ];
  return rows.flatMap(([name, words]) =>
    (typeof words === "string" ? [words] : words).map((line, n) =>
      (line === command ? cleanLine : shownLine)(
        `${(n === 0 ? name : "").padEnd(11)} ${line}`,
      )
    )
  );
}

function range(
  { least, median, most }: Range,
  format: (value: number) => string = (value) => String(Math.round(value)),
): string {
  return least === most
    ? format(least)
    : `${format(least)} to ${format(most)}, median ${format(median)}`;
}

/** Shortens long lists. */
function named(lines: readonly string[]): string[] {
  const more = lines.length - NAMED;
  return [...lines.slice(0, NAMED), ...(more > 0 ? [`and ${more} more`] : [])];
}
