/**
 * Finds a command that trains on a data set despite its problems.
 *
 * @module
 */

import {
  type DivideOptions,
  divideSamples,
} from "../../../dataset/division/divide_samples.ts";
import { counted } from "../../../dataset/files/counted.ts";
import type { NamePatterns } from "../../../dataset/layouts/class_pattern.ts";
import { isUrl } from "../../../dataset/files/file_path.ts";
import { someOf } from "../../../dataset/files/some_of.ts";
import type { OtherClasses } from "../../../dataset/layouts/layout.ts";
import type {
  LabelledSamples,
  SourceRecording,
} from "../../../dataset/samples/labelled_samples.ts";
import { findCopies } from "../../../dataset/samples/survey/copies.ts";
import { quote } from "../../command_line/quote.ts";
import { describeOverlaps } from "../../experiment/data_folds.ts";

/** Window lengths to try, in ms, if recordings must be cut. */
const WINDOWS = [1000, 500, 200, 100, 50, 20, 10];

/** Smallest number of windows in the shortest recording. */
const LEAST_WINDOWS = 4;

/** Command that trains on a data set. */
export interface Training {
  /** A line to copy into a shell; `null` if training is not possible. */
  readonly command: string | null;
  /** What the command leaves out or changes, or why there is none. */
  readonly notes: readonly string[];
}

/** A data set, and its options. */
export interface OpenedData {
  /** Folder, list or store, or the store's URL. */
  readonly path: string;
  /** The readable samples. */
  readonly samples: LabelledSamples;
  /** Whether some recordings are unreadable. */
  readonly hasUnreadable: boolean;
  /** Length of the windows in ms, if recordings are cut, also in `settings`. */
  readonly window?: number;
  /** How the settings ask to divide the samples. @default as they are */
  readonly division?: Pick<DivideOptions, "folds" | "test" | "inTime">;
  /** Settings of the section `data` that it was opened with. */
  readonly settings: readonly string[];
  /** Patterns of file names, if they are among the settings. */
  readonly names?: NamePatterns;
  /** Opens the data set again, cut into windows. */
  readonly cut: (window: number) => Promise<LabelledSamples>;
}

/**
 * Finds a command that trains on a data set.
 *
 * @param data The data set.
 * @returns The command. It leaves out recordings that are unreadable or have
 * no events. If samples cannot be divided otherwise, it leaves out classes with
 * a single recording, or cuts recordings into windows.
 */
export async function findTraining(data: OpenedData): Promise<Training> {
  const { path, window } = data;
  const unread = data.hasUnreadable ? unreadIn(data.samples) : [];
  const silent = withoutEvents(data.samples);
  const copies = copiesIn(data.samples);
  const skip = [...unread, ...silent, ...copies];
  const samples = without(data, copies);
  const settings = [
    ...data.settings,
    ...(skip.length === 0 ? [] : [`data.skip=${JSON.stringify(skip)}`]),
  ];
  const notes = [
    ...(data.names ? [describeNames(data.names)] : []),
    ...leftOut(unread, "that cannot be read"),
    ...leftOut(silent, "without events"),
    ...leftOut(copies, "with the events of another"),
  ];
  const withNotes = (more: readonly string[], ...set: string[]): Training => ({
    command: commandFor(path, [...settings, ...set]),
    notes: [...notes, ...more],
  });
  const present = presentIn(samples);
  if (present.length < 2) {
    const only = samples.classes[present[0]];
    const other = samples.guessed?.otherClasses;
    return {
      command: null,
      notes: [
        `there is only class ${only}`,
        ...(other ? [takeOther(other, path, data.settings)] : []),
      ],
    };
  }
  const { problem, overlaps } = divide(samples);
  if (problem === undefined) {
    return withNotes(overlaps === undefined ? [] : [`this trains ${overlaps}`]);
  }
  // A store is already cut, and its classes are fixed.
  if (samples.layout === "store") return { command: null, notes: [problem] };
  const kept = withSeveralRecordings(samples);
  if (kept.length > 1 && isDivided(samples, kept)) {
    const names = kept.map((label) => samples.classes[label]);
    const note = "this leaves out classes of a single recording, which " +
      "cannot be both for training and for test";
    return withNotes(
      [note],
      `data.classes=${JSON.stringify(names)}`,
    );
  }
  const cut = window === undefined ? await findWindow(data) : undefined;
  if (cut === undefined) return { command: null, notes: [problem] };
  const note = "this cuts recordings into windows, of which the last are for " +
    "test" +
    (data.division?.inTime ? "" : ", since a class has a single recording");
  return withNotes([note], `data.window=${cut}ms`);
}

/** Formats the command that uses other folders as classes. */
function takeOther(
  { pattern, names }: OtherClasses,
  path: string,
  settings: readonly string[],
): string {
  const command = commandFor(path, [...settings, `data.class=${pattern}`]);
  return `to take ${someOf(names)} as classes: ${command}`;
}

/** Describes the classes and groups in file names. */
function describeNames({ class: { names }, group }: NamePatterns): string {
  return `this takes ${someOf(names)} in file names as classes` +
    (group === undefined ? "" : `, and ${someOf(group.names)} as groups`);
}

/** Formats the command. */
function commandFor(path: string, settings: readonly string[]): string {
  const task = isUrl(path) ? `online ${new URL(path).host} train` : "train";
  const sets = settings.map((setting) => ` --set ${quote(setting)}`);
  return `deno task ${task} --data ${quote(path)}${sets.join("")}`;
}

/** Lists files with unreadable recordings. */
function unreadIn({ recordings }: LabelledSamples): string[] {
  const unread = recordings.filter(({ facts }) => facts === undefined);
  return [...new Set(unread.map(fileOf))];
}

/** Lists files all of whose recordings were read and have no events. */
function withoutEvents({ recordings }: LabelledSamples): string[] {
  return [...Map.groupBy(recordings, fileOf)].flatMap(([name, own]) =>
    own.every(({ facts }) => facts?.events === 0) ? [name] : []
  );
}

/** Returns the name of a recording's file, which may hold many. */
function fileOf({ name }: SourceRecording): string {
  return name.replace(/#\d+$/, "");
}

/** Notes the recordings that a command leaves out, if any. */
function leftOut(names: readonly string[], why: string): string[] {
  return names.length === 0
    ? []
    : [`this leaves out ${counted(names.length, "recording")} ${why}`];
}

/**
 * Lists copies of recordings, by their events. One of several copies is kept, a
 * test recording if possible; none if their classes differ. The list is empty if
 * a class would lose all recordings.
 */
function copiesIn({ samples, recordings }: LabelledSamples): string[] {
  const left = findCopies(recordings).flatMap((alike) => {
    const own = samples.filter(({ place }) => alike.includes(place));
    const names = alike.map((place) => recordings[place].name);
    if (new Set(own.map(({ label }) => label)).size > 1) return names;
    const tested = own.find(({ set }) => set === "test")?.recording ?? names[0];
    return names.filter((name) => name !== tested);
  });
  const kept = samples.filter(({ recording }) => !left.includes(recording));
  return presentIn({ samples: kept }).length < presentIn({ samples }).length
    ? []
    : left;
}

/** Facts about a data set that determine the command. */
type Labelled =
  & Pick<LabelledSamples, "layout" | "classes" | "samples" | "guessed">
  & Pick<OpenedData, "division">;

/** Leaves out recordings. */
function without(
  { samples: { layout, classes, samples, guessed }, division }: OpenedData,
  names: readonly string[],
): Labelled {
  return {
    layout,
    classes,
    samples: samples.filter(({ recording }) => !names.includes(recording)),
    guessed,
    division,
  };
}

/** Lists the classes with samples. */
function presentIn({ samples }: Pick<Labelled, "samples">): number[] {
  return [...new Set(samples.map(({ label }) => label))].sort((a, b) => a - b);
}

/** Lists the classes with several recordings. */
function withSeveralRecordings(data: Labelled): number[] {
  return presentIn(data).filter((label) =>
    new Set(
      data.samples.filter((sample) => sample.label === label)
        .map(({ recording }) => recording),
    ).size > 1
  );
}

/**
 * Divides samples, and says what windows that leaves out, or why they cannot be
 * divided into training and test.
 */
function divide(
  { samples, division }: Pick<Labelled, "samples" | "division">,
  labels?: readonly number[],
): { readonly overlaps?: string; readonly problem?: string } {
  const chosen = samples.filter(({ label }) => labels?.includes(label) ?? true);
  try {
    const options = { ...division, validation: true, seed: 0 };
    const { divisions } = divideSamples(chosen, options);
    return { overlaps: describeOverlaps(divisions, chosen.length) };
  } catch (error) {
    if (error instanceof RangeError) return { problem: error.message };
    throw error;
  }
}

function isDivided(
  data: Pick<Labelled, "samples" | "division">,
  labels?: readonly number[],
): boolean {
  return divide(data, labels).problem === undefined;
}

/** Finds the longest windows into which samples can be cut and divided. */
async function findWindow(
  { samples: { samples }, division, cut }: OpenedData,
): Promise<number | undefined> {
  const shortest = Math.min(
    ...samples.map(({ durationUs = 0 }) => durationUs / 1000),
  );
  const window = WINDOWS.find((ms) => LEAST_WINDOWS * ms <= shortest);
  if (window === undefined) return undefined;
  const windows = await cut(window);
  return isDivided({ ...windows, division }) ? window : undefined;
}
