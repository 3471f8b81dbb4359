/**
 * `deno task slice`: cuts recordings at their tags, or into windows, and stores
 * the slices.
 *
 * @module
 */

import { choice, message, option, string } from "npm:@optique/core@1.3.6";
import { join } from "node:path";
import { counted } from "../../dataset/files/counted.ts";
import {
  type SlicedRecording,
  type SliceProgress,
  sliceRecordings,
  type SliceReport,
} from "../../dataset/slicing/slice.ts";
import { sliceSamples } from "../../dataset/slicing/slice_samples.ts";
import { readFileList } from "../../dataset/formats/sl_animals.ts";
import { findLayout } from "../../dataset/layouts/find_layout.ts";
import { isRecording, lookAt } from "../../dataset/layouts/folder_tree.ts";
import { runCommand } from "../command_line/command.ts";
import { DATA_SETTINGS, readData } from "../command_line/data_settings.ts";
import { createProgress } from "../command_line/progress.ts";
import { readDuration } from "../configuration/schema/data.ts";
import { faultProblems } from "../../dataset/samples/survey/find_problems.ts";
import { warn } from "../command_line/print.ts";
import { openData } from "../experiment/samples.ts";
import { describeSource } from "../files/store_source.ts";

await runCommand({
  name: "deno task slice",
  summary: "Makes recordings and their tags into one Zarr store of events.",
  examples: [
    "deno task slice --data data",
    "deno task slice --data data --list data/filelist_excludingS3.txt",
    "deno task slice --data data --out events.zarr --axes jaer",
    "deno task slice --data data --json",
    "deno task slice --data gestures --window 500ms",
  ],
  parameters: {
    data: option("--data", string({ metavar: "PATH" }), {
      description:
        message`Folder that contains the other paths by default, or a folder or list of your own recordings`,
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
      description: message`Recordings to use [DATA/filelist.txt]`,
    }).optional(),
    classes: option("--classes", string({ metavar: "FILE" }), {
      description:
        message`Class names [DATA/SL-Animals-DVS_gestures_definitions.csv]`,
    }).optional(),
    out: option("--out", string({ metavar: "STORE" }), {
      description:
        message`Store to make or finish [DATA/sliced.zarr; DATA.zarr of your own recordings]`,
    }).optional(),
    set: DATA_SETTINGS,
    window: option("--window", string({ metavar: "TIME" }), {
      description:
        message`Length of windows to cut your own recordings into, such as 500ms`,
    }).optional(),
    json: option("--json", {
      description: message`Print JSON, with the outcome of every recording`,
    }),
    axes: option(
      "--axes",
      choice(["reference", "jaer"], { metavar: "reference|jaer" }),
      {
        description:
          message`Axes of the events: as in SLAYER's programs, or as in jAER`,
      },
    ).withDefault("reference"),
  },
}, async ({ json, ...options }) => {
  const job = await isOwn(options) ? await own(options) : await tagged(options);
  using progress = json
    ? undefined
    : createProgress({ total: job.total, label: "recordings" });
  const report = await job.run(({ done }) => progress?.update(done));
  if (json) console.log(JSON.stringify({ store: job.out, ...report }));
  progress?.finish(summarise(job.out, report));
  if (!report.locked) {
    console.warn(
      `warning: "${job.out}" cannot be locked: another run that reads or ` +
        "slices it would not be noticed",
    );
  }
});

/** The options as parsed. */
interface Options {
  readonly data: string;
  readonly recordings?: string;
  readonly tags?: string;
  readonly slices?: string;
  readonly list?: string;
  readonly classes?: string;
  readonly out?: string;
  readonly window?: string;
  readonly set: readonly string[];
  readonly axes: "reference" | "jaer";
}

/** The recordings to slice. */
interface Job {
  /** Folder of the store. */
  readonly out: string;
  /** Number of recordings. */
  readonly total: number;
  /** Slices them. */
  run(onProgress: (progress: SliceProgress) => void): Promise<SliceReport>;
}

/** Whether recordings have a layout other than SL-Animals'. */
async function isOwn(
  { data, recordings, tags, slices, list, classes }: Options,
): Promise<boolean> {
  if ([recordings, tags, slices, list, classes].some((path) => path)) {
    return false;
  }
  const place = await lookAt(data).catch(() => undefined);
  return place !== undefined && !place.folders.includes("recordings") &&
    (await findLayout(place) !== undefined ||
      place.files?.some(isRecording) === true);
}

async function own({ data, window, set, out }: Options): Promise<Job> {
  const samples = await openData(
    await readData(data, [
      ...(window === undefined
        ? []
        : [`data.window=${readDuration(window)}ms`]),
      ...set,
    ]),
  );
  const { remarks = [], recordings } = samples;
  for (const line of [...remarks, ...faultProblems(recordings)]) warn(line);
  const store = out ?? `${data.replace(/\/+$/, "").replace(/\.csv$/, "")}.zarr`;
  const source = await describeSource(store, {
    paths: [data, ...recordings.map(({ path }) => path)],
    arguments: [
      ...["--data", data],
      ...(window === undefined ? [] : ["--window", window]),
      ...set.flatMap((setting) => ["--set", setting]),
    ],
  });
  return {
    out: store,
    total: samples.recordings.length,
    run: (onProgress) =>
      sliceSamples(samples, { out: store, source, onProgress }),
  };
}

async function tagged(
  { data, axes, window, set, ...paths }: Options,
): Promise<Job> {
  if (set.length > 0) {
    throw new RangeError(
      `Cannot set "${set[0]}": it is for recordings of your own`,
    );
  }
  if (window !== undefined) {
    throw new RangeError(
      `Cannot cut windows of "${window}": the tags of "${data}" cut its ` +
        "recordings",
    );
  }
  const inData = (name: string) => join(data, name);
  const out = paths.out ?? inData("sliced.zarr");
  const list = paths.list ?? inData("filelist.txt");
  const classes = paths.classes ??
    inData("SL-Animals-DVS_gestures_definitions.csv");
  const recordings = paths.recordings ?? inData("recordings");
  const tags = paths.tags ?? inData("tags");
  const names = await readFileList(list);
  const source = paths.slices !== undefined
    ? undefined
    : await describeSource(out, {
      paths: [
        ...[list, classes],
        ...names.map((name) => join(recordings, `${name}.aedat`)),
        ...names.map((name) => join(tags, `${name}.csv`)),
      ],
      arguments: [
        ...["--data", data],
        ...["recordings", "tags", "list", "classes"].flatMap((name) => {
          const path = paths[name as keyof typeof paths];
          return path === undefined ? [] : [`--${name}`, path];
        }),
        ...(axes === "reference" ? [] : ["--axes", axes]),
      ],
    });
  return {
    out,
    total: names.length,
    run: (onProgress) =>
      sliceRecordings({
        ...(paths.slices === undefined
          ? { recordings, tags }
          : { slices: paths.slices }),
        list,
        classes,
        out,
        axes,
        source,
        onRemark: warn,
        onProgress,
      }),
  };
}

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
