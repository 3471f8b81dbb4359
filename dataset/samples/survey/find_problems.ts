/**
 * Descriptions of problems of a data set.
 *
 * @module
 */

import { counted } from "../../files/counted.ts";
import { faultInWords } from "../../formats/reading/fault_counts.ts";
import { sharedSides } from "./shared_sides.ts";
import { doubtfulUnit } from "./doubtful_unit.ts";
import type { LabelledSamples, SourceRecording } from "../labelled_samples.ts";

/** Number of samples, recordings and groups of a class. */
export interface ClassSurvey {
  readonly name: string;
  readonly samples: number;
  readonly recordings: number;
  /** Number of groups; `null` if the data set has none. */
  readonly groups: number | null;
}

/** Counts and digest of the events of a sample. */
export interface SampleSurvey {
  /** Number of events. */
  readonly events: number;
  /** Time from the first to the last event in µs. */
  readonly durationUs: number;
  /** Whether many events share the first or last time. */
  readonly clipped: boolean;
  /** SHA-256 digest of its events. */
  readonly digest: string;
}

/** Maximum number of examples per line. */
const NAMED = 3;

/**
 * Finds the problems of a data set.
 *
 * @param source The samples.
 * @param options Surveys of each sample and each class, and the errors of
 *   unreadable recordings.
 * @returns A line for each kind of problem.
 */
export function findProblems(
  { samples, recordings, empty, sensor, remarks = [] }: LabelledSamples,
  { found, classes, unreadable }: {
    readonly found: readonly SampleSurvey[];
    readonly classes: readonly ClassSurvey[];
    readonly unreadable: readonly Error[];
  },
): string[] {
  const problems = unreadable.map(({ message }) => message).sort();
  const others = problems.splice(NAMED).length;
  if (others > 0) {
    problems.push(`${counted(others, "recording")} more cannot be read`);
  }
  problems.push(...remarks);
  const silent = samples.filter((_, n) => found[n].events === 0);
  const none = empty + silent.length;
  if (none > 0) problems.push(`without an event: ${counted(none, "sample")}`);

  const copies = [...Map.groupBy(samples.keys(), (n) => found[n].digest)]
    .flatMap(([, [first, ...others]]) =>
      // Windows of one recording may be identical without being copies.
      others.filter((n) =>
        found[n].events > 0 && samples[n].place !== samples[first].place
      ).map((n) =>
        `${samples[n].name} has the events of ${samples[first].name}`
      )
    );
  if (copies.length > 0) {
    problems.push(`${counted(copies.length, "duplicate")}: ${some(copies)}`);
  }

  const clipped = samples.filter((_, n) => found[n].clipped)
    .map(({ name }) => name);
  if (clipped.length > 0) {
    problems.push(`many events at the first or last time: ${some(clipped)}`);
  }

  const backward = recordings.filter(({ facts }) => facts?.backwardSteps);
  if (backward.length > 0) {
    const steps = backward.map(({ name, facts }) =>
      `${name} ${counted(facts!.backwardSteps, "time")}`
    );
    problems.push(`times run backwards: ${some(steps)}`);
  }

  problems.push(...faultProblems(recordings), ...unitProblems(recordings));

  const shared = sharedSides(samples);
  if (shared.length > 0) problems.push(some(shared));

  const known = recordings.flatMap(({ facts }) => facts ?? []);
  const [on, off] = (["on", "off"] as const)
    .map((side) => known.reduce((sum, facts) => sum + facts[side], 0));
  // Silicon cochleas, one row of channels, have a single polarity.
  if (on + off > 0 && on * off === 0 && sensor.height > 1) {
    problems.push(`all events are ${on > 0 ? "ON" : "OFF"}`);
  }

  const sensors = new Set(
    recordings.flatMap(({ facts }) =>
      facts?.told ? [`${facts.sensor.width}×${facts.sensor.height}`] : []
    ),
  );
  if (sensors.size > 1) {
    problems.push(`sensors differ: ${some([...sensors])}`);
  }

  const all = [...new Set(samples.map(({ group }) => group))];
  if (all.length === 1 && all[0] !== undefined) {
    problems.push(`all samples are of one group, ${all[0]}`);
  }
  for (const [label, own] of classes.entries()) {
    const { name, recordings: count, groups } = own;
    if (own.samples === 0) problems.push(`class ${name} has no sample`);
    else if (groups === 1 && all.length > 1) {
      const { group = "none" } = samples.find((one) => one.label === label)!;
      problems.push(
        `class ${name} has one group, ${group}: folds by group cannot both ` +
          "train and test it",
      );
    } else if (groups === null && count === 1) {
      problems.push(`class ${name} has one recording`);
    }
  }
  return problems;
}

/**
 * Lists recordings whose files have faults from which their readers recovered.
 *
 * @param recordings The recordings.
 * @returns One line if there are any, otherwise none.
 */
export function faultProblems(
  recordings: readonly SourceRecording[],
): string[] {
  const faults = recordings.flatMap(({ name, facts }) =>
    (facts?.faults ?? []).map((fault) => `${name} has ${faultInWords(fault)}`)
  );
  return faults.length > 0 ? [`faults of files: ${some(faults)}`] : [];
}

/**
 * Lists recordings whose guessed unit of time is implausible.
 *
 * @param recordings The recordings.
 * @returns A line for each kind of doubt.
 */
export function unitProblems(recordings: readonly SourceRecording[]): string[] {
  const doubts = Map.groupBy(
    recordings,
    ({ facts }) => facts && doubtfulUnit(facts),
  );
  return [...doubts].flatMap(([doubt, own]) =>
    doubt === undefined
      ? []
      : [`${doubt}: ${some(own.map(({ name }) => name))}`]
  );
}

/** Joins the first few names and the number of others. */
function some(names: readonly string[]): string {
  const more = names.length - NAMED;
  return names.slice(0, NAMED).join(", ") + (more > 0 ? `, ${more} more` : "");
}
