/**
 * Survey of a data set: its contents and problems.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { max, median, min } from "npm:d3-array@3.2.4";
import { sha256 } from "../../files/sha256.ts";
import type { Events, Sensor } from "../../events.ts";
import { HOT_RATE } from "../../formats/reading/recording_summary.ts";
import { sortNames } from "../../layouts/folder_tree.ts";
import type { GuessedNames, SetName } from "../../layouts/layout.ts";
import { areTimesClipped } from "./clipped_times.ts";
import {
  type ClassSurvey,
  findProblems,
  type SampleSurvey,
} from "./find_problems.ts";
import type { LabelledSamples } from "../labelled_samples.ts";

/** Minimum, median and maximum. */
export interface Range {
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

/** Contents and problems of a data set. */
export interface Survey {
  /** Name of the layout, or `store`. */
  readonly layout: string;
  /** Guesses at the meaning of names, if any. */
  readonly guessed?: GuessedNames;
  /** Number of recordings by format. */
  readonly formats: Readonly<Record<string, number>>;
  readonly sensor: Sensor;
  /**
   * Whether files or the layout give the sensor's size, which events alone do
   * not.
   */
  readonly sensorTold: boolean;
  readonly recordings: number;
  readonly samples: number;
  readonly events: number;
  readonly classes: readonly ClassSurvey[];
  /** Number of samples by group; empty if the data set has no groups. */
  readonly groups: Readonly<Record<string, number>>;
  /** Number of samples by set, if the data set has a split. */
  readonly sets: Readonly<Partial<Record<SetName, number>>>;
  /** Time from the first to the last event of a sample in µs. */
  readonly durationUs: Range;
  readonly eventsPerSample: Range;
  /** Event rate of samples in events/s; `null` if all durations are 0. */
  readonly eventRate: Range | null;
  /** Share of ON events, from 0 to 1. */
  readonly onShare: number;
  /** Number of pixels with more than 500 events/s over all samples. */
  readonly hotPixels: number;
  /** Problems, one line each. */
  readonly problems: readonly string[];
}

/**
 * Reads every sample of a data set and summarises its contents.
 *
 * @param source The samples.
 * @param options Recordings that could not be read, and a function that is
 *   called after each sample with the number done and the total.
 * @returns Contents and problems of the data set.
 * @throws {RecordingError | DatasetError} If a sample cannot be read.
 */
export async function surveySamples(
  source: LabelledSamples,
  { unreadable = [], onProgress }: {
    readonly unreadable?: readonly Error[];
    readonly onProgress?: (done: number, total: number) => void;
  } = {},
): Promise<Survey> {
  const { samples, sensor, classes, recordings, sensorTold = true } = source;
  const counts = new Uint32Array(sensor.width * sensor.height);
  const found: SampleSurvey[] = [];
  let on = 0;
  for (const index of samples.keys()) {
    const events = await source.events(index);
    found.push(await surveyEvents(events));
    on += countOn(events, { counts, sensor });
    onProgress?.(index + 1, samples.length);
  }
  const events = found.reduce((sum, sample) => sum + sample.events, 0);
  const timeUs = found.reduce((sum, sample) => sum + sample.durationUs, 0);
  const rates = found.filter(({ durationUs }) => durationUs > 0)
    .map((sample) => sample.events * 1e6 / sample.durationUs);
  const most = 1 + HOT_RATE * timeUs / 1e6;
  const told = samples.some(({ group }) => group !== undefined);
  const surveyed = classes.map((name, label): ClassSurvey => {
    const own = samples.filter((sample) => sample.label === label);
    return {
      name,
      samples: own.length,
      recordings: new Set(own.map(({ place }) => place)).size,
      groups: told ? new Set(own.map(({ group }) => group)).size : null,
    };
  });
  return {
    layout: source.layout,
    guessed: source.guessed,
    formats: countEach(recordings.map(({ facts }) => facts?.format)),
    sensor,
    sensorTold,
    recordings: recordings.length,
    samples: samples.length,
    events,
    classes: surveyed,
    groups: countEach(
      sortNames(samples.flatMap(({ group }) => group ?? [])),
    ),
    sets: countEach(samples.map(({ set }) => set)),
    durationUs: rangeOf(found.map(({ durationUs }) => durationUs)),
    eventsPerSample: rangeOf(found.map((sample) => sample.events)),
    eventRate: rates.length > 0 ? rangeOf(rates) : null,
    onShare: on / events,
    hotPixels: timeUs === 0
      ? 0
      : counts.reduce((hot, count) => hot + Number(count > most), 0),
    problems: findProblems(source, { found, classes: surveyed, unreadable }),
  };
}

async function surveyEvents({ x, y, t, p }: Events): Promise<SampleSurvey> {
  const bytes = [x, y, t, p].map((column) =>
    sha256(new Uint8Array(column.buffer as ArrayBuffer))
  );
  let [first, last] = [Infinity, -Infinity];
  for (const time of t) {
    if (time < first) first = time;
    if (time > last) last = time;
  }
  return {
    events: t.length,
    durationUs: t.length > 0 ? last - first : 0,
    clipped: areTimesClipped(t),
    digest: (await Promise.all(bytes)).join(),
  };
}

/**
 * Adds the events to a count per pixel, and returns the number of ON events.
 */
function countOn(
  { x, y, p }: Events,
  { counts, sensor }: {
    readonly counts: Uint32Array;
    readonly sensor: Sensor;
  },
): number {
  let on = 0;
  for (let i = 0; i < x.length; i++) {
    counts[y[i] * sensor.width + x[i]]++;
    on += p[i];
  }
  return on;
}

/** Counts how often each name occurs. */
function countEach<T extends string>(
  names: readonly (T | undefined)[],
): Record<T, number> {
  const counts = new Map<T, number>();
  for (const name of names) {
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries(counts) as Record<T, number>;
}

function rangeOf(values: readonly number[]): Range {
  return {
    least: min(values)!,
    median: median(values)!,
    most: max(values)!,
  };
}
