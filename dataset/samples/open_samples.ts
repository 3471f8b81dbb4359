/**
 * Recordings of any supported format and layout as a data set of labelled
 * samples.
 *
 * @module
 */

import { DatasetError, RecordingError } from "../files/errors.ts";
import type { TimeUnit } from "../formats/reading/format.ts";
import { cutInWords } from "../formats/reading/cut_off.ts";
import { canBeShown } from "../formats/sl_animals.ts";
import { inParallel } from "../threads/in_parallel.ts";
import { WorkerPool } from "../threads/worker_pool.ts";
import { commonSensor } from "../formats/reading/common_sensor.ts";
import {
  type CutJob,
  type CutRecording,
  cutRecording,
} from "./cut_recording.ts";
import { LAST_SHARE, type Windows } from "./windows.ts";
import { listSamples } from "../layouts/find_layout.ts";
import { sortNames } from "../layouts/folder_tree.ts";
import { HeldRecordings, HeldSamples } from "./held_samples.ts";
import type { LabelledSample, LabelledSamples } from "./labelled_samples.ts";
import type { LayoutName, ListedSample } from "../layouts/layout.ts";
import { nameInPath } from "../layouts/class_pattern.ts";

/** Options for opening recordings as samples. */
export interface OpenSamplesOptions {
  /** Layout of the folder or list. @default detected */
  readonly layout?: LayoutName;
  /** Unit of times in tables. @default detected */
  readonly timeUnit?: TimeUnit;
  /** Length of the windows to cut, in ms. @default no windows */
  readonly window?: number;
  /** Overlap of consecutive windows in ms. @default 0 */
  readonly overlap?: number;
  /** Classes to include, in the order of their labels. @default all, by name */
  readonly classes?: readonly string[];
  /** Names of recordings to leave out. @default none */
  readonly skip?: readonly string[];
  /**
   * Pattern whose first capture (or whole match) in a recording's path below
   * the folder is the name of its class; recordings whose paths do not match
   * are left out.
   *
   * @default the classes of the layout
   */
  readonly class?: RegExp;
  /**
   * Pattern whose first capture (or whole match) in a recording's path below
   * the folder is the name of its group; `"recording"` makes every recording a
   * group.
   *
   * @default the groups of the layout
   */
  readonly group?: RegExp | "recording";
  /**
   * Memory budget for recordings in bytes; those beyond it are read again when
   * needed. @default 4 GiB
   */
  readonly memory?: number;
  /**
   * Total file size in bytes from which on worker threads read. @default 256
   * MiB
   */
  readonly threadsFrom?: number;
  /**
   * Called with the error of each recording that cannot be read, which is then
   * left out; without this function the first such error is thrown. With it,
   * every recording is read immediately, even if the layout gives the sensor.
   */
  readonly onUnreadable?: (error: RecordingError) => void;
  /** Called after each recording with the number done and the total. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Opens the recordings of a folder or a list as labelled samples. Each is read
 * once, several in parallel, and kept in memory. Where the layout gives the
 * sensor and samples are whole recordings, as in N-MNIST and SHD, they are read
 * on demand.
 *
 * @param path The folder or list.
 * @param options Options, all of which have defaults.
 * @returns The samples.
 * @throws {DatasetError} If there are no samples, or a file that describes them
 *   cannot be used.
 * @throws {RecordingError} If a recording cannot be read.
 *
 * @example
 * ```ts
 * import { openSamples } from "./open_samples.ts";
 * const folder = await Deno.makeTempDir();
 * for (const [name, x] of [["wave", 3], ["clap", 5]]) {
 *   await Deno.mkdir(`${folder}/${name}`);
 *   const rows = `t_s,x,y,p\n0.5,${x},1,1\n0.7,${x},2,0\n0.9,${x},2,0\n`;
 *   await Deno.writeTextFile(`${folder}/${name}/1.csv`, rows);
 * }
 * const { classes, samples } = await openSamples(folder, { window: 200 });
 * const names = samples.map(({ name }) => name).join();
 * if (`${classes}` !== "clap,wave") throw new Error(`${classes}`);
 * if (names !== "clap/1_00,clap/1_01,wave/1_00,wave/1_01") throw new Error(names);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function openSamples(
  path: string,
  options: OpenSamplesOptions = {},
): Promise<LabelledSamples> {
  const { timeUnit, window, overlap = 0, memory = 2 ** 32 } = options;
  const windows = windowsOf({ window, overlap });
  const found = await listSamples(path, options);
  const list = found.list ?? path;
  const listing = leaveOut(found, options.skip ?? [], list);
  const classes = classesOf(listing, { path: list, chosen: options.classes });
  const listed = listing.samples.filter(({ label }) => classes.includes(label));
  const groups = groupsOf(listed, options.group);
  const members = [...Map.groupBy(listed.keys(), (n) => keyOf(listed[n]))];
  const jobs = members.map(([, [first, ...others]]): CutJob => ({
    path: listed[first].path,
    index: listed[first].index,
    timeUnit,
    windows,
    parts: [first, ...others].map((n) => {
      const { part, line } = listed[n];
      return { part, line };
    }),
  }));
  const held = new HeldRecordings(jobs, memory);
  const recordings = members.map(([name], place) => ({
    name,
    path: jobs[place].path,
  }));
  const describe = (n: number, place: number) => ({
    name: shortName(recordings[place].name),
    recording: recordings[place].name,
    group: groups[n],
    set: listed[n].set,
    label: classes.indexOf(listed[n].label),
    place,
  });
  const { layout, sensor, remarks = [] } = listing;
  const guessed = options.group === undefined
    ? listing.guessed
    : { ...listing.guessed, groups: undefined };
  const isWhole = windows === undefined &&
    listed.every(({ part }) => part === undefined);
  if (sensor !== undefined && isWhole && !options.onUnreadable) {
    const samples = members.flatMap(([, numbers], place) =>
      numbers.map((n) => describe(n, place))
    );
    return new HeldSamples({
      layout,
      sensor,
      classes,
      samples,
      recordings,
      empty: 0,
      remarks,
      guessed,
    }, held);
  }
  const read = await readAll(jobs, options, held);
  const samples = read.flatMap(({ cuts }, place) => {
    const digits = Math.max(2, String(cuts.length - 1).length);
    return cuts.map(({ part, ...cut }, n): LabelledSample => {
      const { name, ...facts } = describe(members[place][1][part], place);
      const number = String(n).padStart(digits, "0");
      return {
        name: cuts.length > 1 ? `${name}_${number}` : name,
        ...facts,
        ...cut,
      };
    });
  });
  const cutOff = read.flatMap(({ beyondCut }, place) => {
    if (beyondCut === undefined) return [];
    const [name, numbers] = members[place];
    const lost = beyondCut.parts.map((n) => listed[numbers[n]].label);
    return cutInWords(name, {
      ...beyondCut.place,
      lost,
      samples: numbers.length,
    });
  });
  if (samples.length === 0) {
    const [problem] = read.flatMap(({ error }) => error ?? []);
    if (problem) throw problem;
    throw new DatasetError(list, cutOff[0] ?? "it has no events");
  }
  const sensors = read.flatMap(({ facts }) =>
    facts ? [{ ...facts.sensor, told: facts.told }] : []
  );
  return new HeldSamples({
    layout,
    sensor: commonSensor(sensors),
    sensorTold: sensor !== undefined || sensors.some(({ told }) => told),
    classes,
    samples,
    recordings: recordings.map((recording, place) => ({
      ...recording,
      facts: read[place].facts,
    })),
    empty: read.reduce((sum, { empty }) => sum + empty, 0),
    remarks: [
      ...remarks,
      ...cutOff,
      ...longWindows(samples, windows),
    ],
    guessed,
  }, held);
}

/** Samples cut from a recording, with its properties or its error. */
type ReadRecording =
  & Pick<CutRecording, "cuts" | "empty" | "beyondCut">
  & {
    readonly facts?: CutRecording["facts"];
    readonly error?: RecordingError;
  };

/** Reads all recordings, on worker threads if they are large. */
async function readAll(
  jobs: readonly CutJob[],
  { threadsFrom = 2 ** 28, onProgress, onUnreadable }: OpenSamplesOptions,
  held: HeldRecordings,
): Promise<ReadRecording[]> {
  let bytes = 0;
  for (const path of new Set(jobs.map(({ path }) => path))) {
    // A file whose size cannot be found is refused when it is read.
    bytes += (await Deno.stat(path).catch(() => undefined))?.size ?? 0;
  }
  using pool = bytes < threadsFrom
    ? undefined
    : new WorkerPool<CutJob, CutRecording>(
      import.meta.resolve("./cut_worker.ts"),
    );
  let done = 0;
  return await inParallel(jobs, async (job, place) => {
    try {
      const recording = await (pool?.run(job) ?? cutRecording(job));
      held.keep(place, recording);
      const { cuts, empty, beyondCut, facts } = recording;
      return { cuts, empty, beyondCut, facts };
    } catch (error) {
      if (!(error instanceof RecordingError && onUnreadable)) throw error;
      onUnreadable(error);
      return { cuts: [], empty: 0, error };
    } finally {
      onProgress?.(++done, jobs.length);
    }
  });
}

/** Removes the skipped recordings from a listing. */
function leaveOut(
  { samples, ...others }: Awaited<ReturnType<typeof listSamples>>,
  skip: readonly string[],
  path: string,
): Awaited<ReturnType<typeof listSamples>> {
  const names = new Set(samples.map(({ recording }) => recording));
  const stranger = skip.find((name) => !names.has(name));
  if (stranger !== undefined) {
    throw new DatasetError(path, `it has no recording "${stranger}" to skip`);
  }
  const skipped = new Set(skip);
  const left = samples.filter(({ recording }) => !skipped.has(recording));
  return { ...others, samples: left };
}

function windowsOf(
  { window, overlap }: { readonly window?: number; readonly overlap: number },
): CutJob["windows"] {
  if (window === undefined) return undefined;
  const [lengthUs, strideUs] = [window, window - overlap]
    .map((ms) => Math.round(1000 * ms));
  if (!(lengthUs > 0 && strideUs > 0 && overlap >= 0)) {
    throw new RangeError(
      `Cannot cut windows of "${window}" ms that overlap by "${overlap}" ms`,
    );
  }
  return { lengthUs, strideUs };
}

/** Returns a remark if windows are longer than all recordings or parts. */
function longWindows(
  samples: readonly LabelledSample[],
  windows: Windows | undefined,
): string[] {
  const lengthUs = windows?.lengthUs ?? 0;
  return samples.some(({ durationUs = 0 }) =>
      durationUs > LAST_SHARE * lengthUs
    )
    ? []
    : [
      `windows of ${lengthUs / 1000} ms are longer than all recordings, each ` +
      "of which is one sample",
    ];
}

/**
 * Returns the name of a sample's recording, with its index in a file of many
 * recordings.
 */
function keyOf({ recording, index }: ListedSample): string {
  return index === undefined ? recording : `${recording}#${index}`;
}

/** Shortens `wave/1.csv` to `wave/1`, and `shd.h5#7` to `shd_7`. */
function shortName(key: string): string {
  return key.replace(/\.\w+(#|$)/, "$1").replace("#", "_");
}

/** Returns the names of the classes in label order. */
function classesOf(
  { samples, classes }: {
    readonly samples: readonly ListedSample[];
    readonly classes?: readonly string[];
  },
  { path, chosen }: {
    readonly path: string;
    readonly chosen?: readonly string[];
  },
): readonly string[] {
  const there = classes ??
    sortNames(new Set(samples.map(({ label }) => label)));
  const hidden = there.find((name) => !canBeShown(name));
  if (hidden !== undefined) {
    throw new DatasetError(
      path,
      `class "${hidden}" has characters that cannot be shown`,
    );
  }
  const stranger = chosen?.find((name) => !there.includes(name));
  if (stranger === undefined) return chosen ?? there;
  throw new DatasetError(
    path,
    `it has no class "${stranger}", it has ${there.join(", ")}`,
  );
}

/** Returns the group of each sample. */
function groupsOf(
  samples: readonly ListedSample[],
  group: OpenSamplesOptions["group"],
): (string | undefined)[] {
  if (group === "recording") return samples.map(keyOf);
  if (group === undefined) return samples.map((sample) => sample.group);
  return samples.map(({ recording }) => {
    const name = nameInPath(recording, group);
    if (name !== undefined) return name;
    throw new DatasetError(
      recording,
      `its path does not match the pattern of groups "${group.source}"`,
    );
  });
}
