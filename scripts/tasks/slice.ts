/**
 * `deno task slice`: cuts recordings at their tags into one store of slices.
 *
 * @module
 */

import { choice, message, option, string } from "npm:@optique/core@1.3.6";
import { join } from "node:path";
import { counted } from "../../dataset/files/counted.ts";
import {
  type SlicedRecording,
  sliceRecordings,
  type SliceReport,
} from "../../dataset/slicing/slice.ts";
import { readFileList } from "../../dataset/formats/sl_animals.ts";
import { runCommand } from "../command_line/command.ts";
import { createProgress } from "../command_line/progress.ts";

await runCommand({
  name: "deno task slice",
  summary: "Makes recordings and their tags into one Zarr store of events.",
  examples: [
    "deno task slice --data data",
    "deno task slice --data data --list data/filelist_excludingS3.txt",
    "deno task slice --data data --out events.zarr --axes jaer",
    "deno task slice --data data --json",
  ],
  parameters: {
    data: option("--data", string({ metavar: "DIR" }), {
      description: message`Folder that the other paths default to lie in`,
    }).withDefault("data"),
    recordings: option("--recordings", string({ metavar: "DIR" }), {
      description: message`Recordings [DATA/recordings]`,
    }).optional(),
    tags: option("--tags", string({ metavar: "DIR" }), {
      description: message`Tag files [DATA/tags]`,
    }).optional(),
    slices: option("--slices", string({ metavar: "DIR" }), {
      description:
        message`Slices NAME_00.npy … in place of recordings and tags`,
    }).optional(),
    list: option("--list", string({ metavar: "FILE" }), {
      description: message`Recordings to take [DATA/filelist.txt]`,
    }).optional(),
    classes: option("--classes", string({ metavar: "FILE" }), {
      description:
        message`Class names [DATA/SL-Animals-DVS_gestures_definitions.csv]`,
    }).optional(),
    out: option("--out", string({ metavar: "STORE" }), {
      description: message`Store to make or finish [DATA/sliced.zarr]`,
    }).optional(),
    json: option("--json", {
      description: message`Print JSON, with what became of every recording`,
    }),
    axes: option(
      "--axes",
      choice(["reference", "jaer"], { metavar: "reference|jaer" }),
      {
        description:
          message`Where x and y lead: as in SLAYER's programs, or as in jAER`,
      },
    ).withDefault("reference"),
  },
}, async ({ data, json, axes, ...given }) => {
  const inData = (name: string) => join(data, name);
  const list = given.list ?? inData("filelist.txt");
  const out = given.out ?? inData("sliced.zarr");
  const total = (await readFileList(list)).length;
  using progress = json
    ? undefined
    : createProgress({ total, label: "recordings" });
  const report = await sliceRecordings({
    ...(given.slices === undefined
      ? {
        recordings: given.recordings ?? inData("recordings"),
        tags: given.tags ?? inData("tags"),
      }
      : { slices: given.slices }),
    list,
    classes: given.classes ?? inData("SL-Animals-DVS_gestures_definitions.csv"),
    out,
    axes,
    onProgress: ({ done }) => progress?.update(done),
  });
  if (json) console.log(JSON.stringify({ store: out, ...report }));
  progress?.finish(summarise(out, report));
  if (!report.locked) {
    console.warn(
      `warning: "${out}" cannot be locked: another run that reads or slices ` +
        "it would not be noticed",
    );
  }
});

function summarise(out: string, { recordings, removed }: SliceReport): string {
  const sum = (count: (recording: SlicedRecording) => number) =>
    recordings.reduce((total, recording) => total + count(recording), 0);
  const slices = sum(({ labels }) => labels.length);
  const events = sum((recording) => recording.events);
  const there = recordings.filter(({ sliced }) => !sliced).length;
  const special = sum(({ specialEvents }) => specialEvents);
  const backward = sum(({ backwardSteps }) => backwardSteps);
  return [
    [
      `${out}: ${counted(slices, "slice")} of`,
      `${counted(recordings.length, "recording")},`,
      counted(events, "event"),
    ].join(" "),
    ...(there > 0 ? [`already there: ${counted(there, "recording")}`] : []),
    ...(removed.length > 0 ? [`removed ${removed.join(", ")}`] : []),
    ...(special > 0 ? [`dropped ${counted(special, "special event")}`] : []),
    ...(backward > 0
      ? [`kept ${counted(backward, "event")} running backwards`]
      : []),
  ].join("\n");
}
