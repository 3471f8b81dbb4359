/**
 * The command that trains on a data set, whatever is wrong with it.
 *
 * @module
 */

import { divideSamples } from "../../../dataset/division/divide_samples.ts";
import { counted } from "../../../dataset/files/counted.ts";
import { isUrl } from "../../../dataset/files/file_path.ts";
import type { TimeUnit } from "../../../dataset/formats/reading/format.ts";
import type { LabelledSamples } from "../../../dataset/samples/labelled_samples.ts";
import { quote } from "../../command_line/quote.ts";

/** Windows in ms that recordings may be cut into, where they must be. */
const WINDOWS = [1000, 500, 200, 100, 50, 20, 10];

/** Windows that the shortest recording must have room for. */
const LEAST_WINDOWS = 4;

/** How one trains on a data set. */
export interface Training {
  /** A line for a shell; `null` if no command trains on it. */
  readonly command: string | null;
  /** What the command leaves out or changes, or why there is none. */
  readonly notes: readonly string[];
}

/** A data set, and how it was opened. */
export interface OpenedData {
  /** The folder, list, or store or its URL. */
  readonly path: string;
  /** The samples, of which those that cannot be read are left out. */
  readonly samples: LabelledSamples;
  /** Whether some recordings cannot be read. */
  readonly hasUnreadable: boolean;
  /** Length of the windows in ms, if recordings are cut. */
  readonly window?: number;
  /** Unit of times in text and NumPy files, if it was given. */
  readonly timeUnit?: TimeUnit;
  /** Opens it anew, cut into windows. */
  readonly cut: (window: number) => Promise<LabelledSamples>;
}

/**
 * Finds a command that trains on a data set.
 *
 * @param data The data set.
 * @returns The command: it leaves out recordings that cannot be read, and where
 *   samples cannot be divided, classes of a single recording, or it cuts
 *   recordings into windows.
 */
export async function findTraining(data: OpenedData): Promise<Training> {
  const { path, samples, window, timeUnit } = data;
  const skip = data.hasUnreadable ? unreadIn(samples) : [];
  const settings = [
    ...(timeUnit === undefined ? [] : [`data.timeUnit=${timeUnit}`]),
    ...(window === undefined ? [] : [`data.window=${window}ms`]),
    ...(skip.length === 0 ? [] : [`data.skip=${JSON.stringify(skip)}`]),
  ];
  const notes = skip.length === 0 ? [] : [
    `this leaves out ${counted(skip.length, "recording")} that cannot be read`,
  ];
  const withNote = (note: string, ...more: string[]): Training => ({
    command: commandFor(path, [...settings, ...more]),
    notes: [...notes, note],
  });
  const present = presentIn(samples);
  if (present.length < 2) {
    const only = samples.classes[present[0]];
    return { command: null, notes: [`there is only class ${only}`] };
  }
  const problem = divisionProblem(samples);
  if (problem === undefined) {
    return { command: commandFor(path, settings), notes };
  }
  // A store is cut already, and its classes are those of its slices.
  if (samples.layout === "store") return { command: null, notes: [problem] };
  const kept = withSeveralRecordings(samples);
  if (kept.length > 1 && isDivided(samples, kept)) {
    const names = kept.map((label) => samples.classes[label]);
    return withNote(
      "this leaves out classes of a single recording, which cannot be both " +
        "for training and for test",
      `data.classes=${JSON.stringify(names)}`,
    );
  }
  const cut = window === undefined ? await findWindow(data) : undefined;
  if (cut === undefined) return { command: null, notes: [problem] };
  return withNote(
    "this cuts recordings into windows, of which the last are for test, " +
      "since a class has a single recording",
    `data.window=${cut}ms`,
  );
}

/** Words the command. */
function commandFor(path: string, settings: readonly string[]): string {
  const task = isUrl(path) ? `online ${new URL(path).host} train` : "train";
  const sets = settings.map((setting) => ` --set ${quote(setting)}`);
  return `deno task ${task} --data ${quote(path)}${sets.join("")}`;
}

/** Lists the recordings of which nothing was read; a file may hold many. */
function unreadIn({ recordings }: LabelledSamples): string[] {
  const unread = recordings.filter(({ facts }) => facts === undefined);
  return [...new Set(unread.map(({ name }) => name.replace(/#\d+$/, "")))];
}

/** Lists the classes that have samples. */
function presentIn({ samples }: LabelledSamples): number[] {
  return [...new Set(samples.map(({ label }) => label))].sort((a, b) => a - b);
}

/** Lists the classes that have several recordings. */
function withSeveralRecordings(data: LabelledSamples): number[] {
  return presentIn(data).filter((label) =>
    new Set(
      data.samples.filter((sample) => sample.label === label)
        .map(({ recording }) => recording),
    ).size > 1
  );
}

/** Says why samples cannot be divided into training and test, if so. */
function divisionProblem(
  { samples }: LabelledSamples,
  labels?: readonly number[],
): string | undefined {
  const chosen = samples.filter(({ label }) => labels?.includes(label) ?? true);
  try {
    divideSamples(chosen, { validation: true, seed: 0 });
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

function isDivided(data: LabelledSamples, labels?: readonly number[]): boolean {
  return divisionProblem(data, labels) === undefined;
}

/** Finds the longest windows with which samples can be divided. */
async function findWindow(
  { samples: { samples }, cut }: OpenedData,
): Promise<number | undefined> {
  const shortest = Math.min(
    ...samples.map(({ durationUs = 0 }) => durationUs / 1000),
  );
  const window = WINDOWS.find((ms) => LEAST_WINDOWS * ms <= shortest);
  if (window === undefined) return undefined;
  return isDivided(await cut(window)) ? window : undefined;
}
