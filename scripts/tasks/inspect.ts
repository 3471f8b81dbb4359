/**
 * `deno task inspect`: describes a recording, a folder of recordings, a list of
 * them or an event store, and its problems.
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
import { basename, join, resolve } from "node:path";
import { counted } from "../../dataset/files/counted.ts";
import { RecordingError } from "../../dataset/files/errors.ts";
import { shownLine } from "../../dataset/files/shown_line.ts";
import type { TimeUnit } from "../../dataset/formats/reading/format.ts";
import {
  type NamePatterns,
  otherWords,
  withoutClasses,
} from "../../dataset/layouts/class_pattern.ts";
import {
  findLayout,
  findNamePatterns,
} from "../../dataset/layouts/find_layout.ts";
import { isRecording, lookAt } from "../../dataset/layouts/folder_tree.ts";
import type { Place } from "../../dataset/layouts/layout.ts";
import { duration } from "../command_line/duration.ts";
import { surveySamples } from "../../dataset/samples/survey/survey_samples.ts";
import { runCommand } from "../command_line/command.ts";
import { DATA_SETTINGS, readData } from "../command_line/data_settings.ts";
import { createProgress } from "../command_line/progress.ts";
import { lineWidth } from "../command_line/terminal.ts";
import { readDuration } from "../configuration/schema/data.ts";
import { leadsToStore } from "../experiment/event_store.ts";
import { openData } from "../experiment/samples.ts";
import { saveFiles } from "../files/atomic_write.ts";
import {
  type RecordingReport,
  reportRecording,
} from "../views/inspection/recording_report.ts";
import { reportSamples } from "../views/inspection/samples_report.ts";
import { findTraining } from "../views/inspection/train_command.ts";
import { classPictures } from "../views/pictures/class_pictures.ts";
import { eventPicture } from "../views/pictures/event_picture.ts";
import { renderPng, renderSvg } from "../views/pictures/render.ts";
import { fileNameOfPath } from "../views/pictures/samples/file_name.ts";
import { openSample } from "../views/pictures/samples/open_sample.ts";
import { createSample } from "../views/pictures/samples/sample.ts";
import { drawOverview } from "../views/pictures/terminal/recording_overview.ts";
import type { ChartSpec } from "../views/charts/spec.ts";

await runCommand({
  name: "deno task inspect",
  summary:
    "Describes a recording, a folder or list of recordings, or a store, and " +
    "its problems; deno task follow classifies a live recording.",
  examples: [
    "deno task inspect data/recordings/user00_indoor.aedat",
    "deno task inspect gestures --plot",
    "deno task inspect gestures --window '500 ms' --json",
    "deno task inspect hand.csv --time-unit ms",
  ],
  parameters: {
    path: argument(string({ metavar: "PATH" }), {
      description:
        message`A recording, a folder of them, a CSV list, or an event store or its URL`,
    }),
    json: option("--json", { description: message`Print JSON` }),
    set: DATA_SETTINGS,
    window: option("--window", string({ metavar: "TIME" }), {
      description:
        message`Length of windows to cut recordings into, such as 500ms`,
    }).optional(),
    plot: option("--plot", { description: message`Draw a picture as well` }),
    out: option("--out", string({ metavar: "DIR" }), {
      description: message`Folder for the picture`,
    }).withDefault("output"),
    axes: option(
      "--axes",
      choice(["reference", "jaer"], { metavar: "reference|jaer" }),
      {
        description:
          message`Axes of AEDAT 1.0 and 2.0: as in SLAYER's programs, or as in jAER [x from the left, y from the top]`,
      },
    ).optional(),
    timeUnit: option("--time-unit", choice(["s", "ms", "us", "ns"]), {
      description:
        message`Unit of times in text and NumPy files that do not state it`,
    }).optional(),
  },
}, async ({ path, window, ...options }) => {
  const place = await lookAt(path).catch(() => undefined);
  const { set, timeUnit } = options;
  const isClassed = set.some((setting) => setting.startsWith("data.class="));
  const names = isClassed || place === undefined
    ? undefined
    : await findNamePatterns(place);
  const isSamples = isClassed || names !== undefined ||
    await leadsToStore(path) ||
    (place !== undefined && await findLayout(place) !== undefined);
  if (isSamples) {
    const settings = [
      ...(names ? [`data.class=${names.class.pattern}`] : []),
      ...(names?.group ? [`data.group=${names.group.pattern}`] : []),
      ...(timeUnit === undefined ? [] : [`data.timeUnit=${timeUnit}`]),
      ...(window === undefined
        ? []
        : [`data.window=${readDuration(window)}ms`]),
      ...set,
    ];
    await inspectSamples(path, { ...options, settings, names });
  } else if (place?.files?.some(isRecording)) {
    await inspectUnlabelled(place, options);
  } else if (place?.files) {
    throw new Error(
      `Cannot inspect "${path}": it has no recordings; expected a folder for ` +
        "each class, a CSV list, or recordings",
    );
  } else await inspectRecording(path, options);
});

/** Options for recordings and data sets. */
interface Options {
  readonly json: boolean;
  readonly plot: boolean;
  readonly out: string;
  readonly axes?: "reference" | "jaer";
  readonly timeUnit?: TimeUnit;
  readonly set: readonly string[];
}

async function inspectRecording(path: string, options: Options): Promise<void> {
  const { json, plot, axes, timeUnit } = options;
  const { facts, lines } = await reportRecording(path, options);
  const drawn = plot && facts.events > 0
    ? await draw(path, options, async () => {
      const sample = await openSample({ sample: path, timeUnit });
      return eventPicture(createSample(sample.events, sample), "light");
    })
    : undefined;
  if (json) {
    console.log(JSON.stringify({ ...facts, ...drawn }));
    return;
  }
  for (const line of lines) console.log(shownLine(line));
  if (drawn) console.log(shownLine(`picture         ${drawn.picture}`));
  const isAedat = "version" in facts;
  if (!isAedat || facts.events === 0 || !Deno.stdout.isTerminal()) return;
  const overview = await drawOverview(path, {
    durationUs: facts.durationUs,
    columns: lineWidth(),
    axes: axes ?? "jaer",
  });
  console.log(`\n${overview.join("\n")}`);
}

async function inspectSamples(
  path: string,
  options: Options & {
    /** Settings of the section `data`. */
    readonly settings: readonly string[];
    /** Patterns of file names in the settings. */
    readonly names?: NamePatterns;
  },
): Promise<void> {
  const { json, plot, settings, names } = options;
  const data = await readData(path, settings);
  const unreadable: Error[] = [];
  const open = (window: number | undefined) =>
    openData({ ...data, window }, {
      onUnreadable: (error) => unreadable.push(error),
    });
  const samples = await open(data.window);
  using progress = json
    ? undefined
    : createProgress({ total: samples.samples.length, label: "samples" });
  const { guessed, ...surveyed } = await surveySamples(samples, {
    unreadable,
    onProgress: (done) => progress?.update(done),
  });
  const otherClasses = names && otherWords(names);
  const survey = {
    ...surveyed,
    guessed: otherClasses ? { ...guessed, otherClasses } : guessed,
  };
  progress?.[Symbol.dispose]();
  const name = basename(resolve(path));
  const drawn = plot
    ? await draw(
      path,
      options,
      () => classPictures(samples, { name, theme: "light" }),
    )
    : undefined;
  const training = await findTraining({
    path,
    samples,
    hasUnreadable: unreadable.length > 0,
    window: data.window,
    division: {
      folds: data.folds,
      test: data.test,
      inTime: data.group === "none",
    },
    settings,
    names,
    cut: open,
  });
  if (json) {
    const files = samples.recordings.map(({ name, facts }) => ({
      name,
      ...facts,
      sensor: facts?.told ? facts.sensor : null,
      told: undefined,
    }));
    const { command: train, notes: trainNotes } = training;
    console.log(
      JSON.stringify({ ...survey, ...drawn, train, trainNotes, files }),
    );
    return;
  }
  if (drawn) console.log(shownLine(`picture     ${drawn.picture}`));
  for (const line of reportSamples(survey, training)) console.log(line);
}

/** Describes recordings whose layout does not give classes. */
async function inspectUnlabelled(
  place: Place,
  { json, axes, timeUnit }: Options,
): Promise<void> {
  const files: (
    & { readonly name: string }
    & (RecordingReport["facts"] | { readonly problem: string })
  )[] = [];
  for (const name of place.files!.filter(isRecording)) {
    const path = join(place.path, name);
    try {
      const { facts } = await reportRecording(path, { axes, timeUnit });
      files.push({ name, ...facts });
    } catch (error) {
      if (!(error instanceof RecordingError)) throw error;
      files.push({ name, problem: error.message });
    }
  }
  const problem = withoutClasses(place.files!.filter(isRecording));
  if (json) {
    console.log(JSON.stringify({ layout: null, problems: [problem], files }));
    return;
  }
  for (const file of files) {
    console.log(shownLine(
      "problem" in file
        ? file.problem
        : `${file.name}: ${file.format}, ${counted(file.events, "event")}, ` +
          duration(file.durationUs / 1e6) +
          file.problems.map((problem) => `; ${problem}`).join(""),
    ));
  }
  console.log(problem);
}

/** Draws a picture, saves it as PNG and SVG, and prints the paths. */
async function draw(
  path: string,
  { out }: Pick<Options, "out">,
  chart: () => ChartSpec | Promise<ChartSpec>,
): Promise<{ readonly picture: string }> {
  const svg = await renderSvg(await chart());
  const file = `${fileNameOfPath(path)}_inspect`;
  const [picture] = await saveFiles(out, {
    [`${file}.png`]: await renderPng(svg),
    [`${file}.svg`]: svg,
  });
  return { picture };
}
