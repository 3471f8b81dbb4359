/**
 * Folds of the section `data` of a configuration.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { max, min } from "npm:d3-array@3.2.4";
import { SampleCache } from "../../dataset/batches.ts";
import {
  divideSamples,
  type Division,
  OWN_SPLIT,
} from "../../dataset/division/divide_samples.ts";
import { findCopies } from "../../dataset/samples/survey/copies.ts";
import { sharedSides } from "../../dataset/samples/survey/shared_sides.ts";
import { counted } from "../../dataset/files/counted.ts";
import { DatasetError } from "../../dataset/files/errors.ts";
import { someOf } from "../../dataset/files/some_of.ts";
import {
  guessedUnitOf,
  timeIn,
} from "../../dataset/formats/tables/column_names.ts";
import { sortNames } from "../../dataset/layouts/folder_tree.ts";
import {
  faultProblems,
  unitProblems,
} from "../../dataset/samples/survey/find_problems.ts";
import type { LabelledSamples } from "../../dataset/samples/labelled_samples.ts";
import type { DataSection } from "../configuration/schema/data.ts";
import { chooseSamples } from "../configuration/transforms.ts";
import type { Configuration } from "../configuration/schema/types.ts";
import type { Fold, FoldsOptions } from "./fold.ts";
import { describeGuesses, describeOther } from "./guessed_names.ts";
import { openData, openFiltered } from "./samples.ts";

/**
 * Opens recordings and divides their samples into folds.
 *
 * @param configuration The configuration, with a section `data`.
 * @param options Whether each fold has a validation set; `onFound` receives a
 * summary line, `onDoubt` each possible problem.
 * @returns The folds.
 * @throws {DatasetError} If the samples cannot be used or divided.
 * @throws {RecordingError} If a recording cannot be read.
 */
export async function openDataFolds(
  configuration: Configuration,
  { validation, onFound, onDoubt }: FoldsOptions,
): Promise<Fold[]> {
  const data = configuration.data!;
  const { seed, fold_seed = seed } = configuration.training;
  const samples = await openData(data, {
    cache: configuration.training.path.cache,
  });
  requireClasses(samples, data.path);
  const { divisions, how } = divide(samples, {
    data,
    validation,
    seed: fold_seed,
  });
  const overlaps = describeOverlaps(divisions, samples.samples.length);
  onFound?.(
    describeData(samples, data, [how, overlaps].filter(Boolean).join(", ")),
  );
  for (const remark of samples.remarks ?? []) onDoubt?.(remark);
  const { recordings } = samples;
  for (
    const line of [...faultProblems(recordings), ...unitProblems(recordings)]
  ) {
    onDoubt?.(line);
  }
  if (how === OWN_SPLIT) {
    for (const line of sharedSides(samples.samples)) onDoubt?.(line);
  }
  const leak = describeCopies(samples, divisions);
  if (leak !== undefined) onDoubt?.(leak);
  for (const line of describeUntrained(samples, divisions)) onDoubt?.(line);
  const source = await openFiltered(samples, configuration, { onDoubt });
  const cache = new SampleCache();
  const choose = (indices: readonly number[], use: "train" | "test") =>
    chooseSamples(source, configuration, { indices, use, cache });
  return divisions.map(({ train, validation, test }, index): Fold => ({
    number: index + 1,
    train: choose(train, "train"),
    ...(validation && { validation: choose(validation, "test") }),
    test: choose(test, "test"),
  }));
}

/** Requires more than one class. */
function requireClasses(
  { classes, guessed }: LabelledSamples,
  path: string,
): void {
  if (classes.length > 1) return;
  throw new DatasetError(
    path,
    `it has only class "${classes[0]}", from which no other can be told` +
      (guessed?.otherClasses ? `; ${describeOther(guessed.otherClasses)}` : ""),
  );
}

function divide(
  { samples }: LabelledSamples,
  { data: { path, group, folds, test }, validation, seed }: {
    readonly data: DataSection;
    readonly validation: boolean;
    readonly seed: number;
  },
): { readonly divisions: readonly Division[]; readonly how: string } {
  try {
    return divideSamples(samples, {
      folds,
      test,
      validation,
      seed,
      inTime: group === "none",
    });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const problem = cause.message.replace(/^C/, "c");
    throw new DatasetError(path, problem, { cause });
  }
}

/** Names the test recordings whose events are also in a training recording. */
function describeCopies(
  { samples, recordings }: LabelledSamples,
  divisions: readonly Division[],
): string | undefined {
  const copies = findCopies(recordings);
  const pairs = divisions.flatMap(({ train, validation = [], test }) => {
    const [tested, learned] = [test, [...train, ...validation]]
      .map((indices) => new Set(indices.map((n) => samples[n].place)));
    return copies.flatMap((alike) => {
      const one = alike.find((place) => tested.has(place));
      const other = alike.find((place) => learned.has(place));
      return one === undefined || other === undefined || one === other
        ? []
        : [[recordings[one].name, recordings[other].name]];
    });
  });
  if (pairs.length === 0) return undefined;
  const [[test, train]] = pairs;
  const more = new Set(pairs.map(([test]) => test)).size - 1;
  return `${test}, for test, has the events of ${train}, for training` +
    (more > 0 ? `; so have ${more} more` : "");
}

/** Names the classes of each fold that are tested but have no training. */
function describeUntrained(
  { samples, classes }: LabelledSamples,
  divisions: readonly Division[],
): string[] {
  return divisions.flatMap(({ train, test }, index) => {
    const [trained, tested] = [train, test].map((indices) =>
      new Set(indices.map((n) => samples[n].label))
    );
    const missing = classes.filter((_, label) =>
      tested.has(label) && !trained.has(label)
    );
    const them = missing.length > 1 ? "them" : "it";
    return missing.length === 0 ? [] : [
      `fold ${index + 1} has nothing to train ${someOf(missing)} on, which ` +
      `it tests: leave ${them} out, or add others to train on`,
    ];
  });
}

/**
 * Describes the windows that a division leaves out.
 *
 * @param divisions The folds.
 * @param total Number of all samples.
 * @returns The number and the reason, the largest number if there are several
 * folds; `undefined` if every sample is in a set of each fold.
 */
export function describeOverlaps(
  divisions: readonly Division[],
  total: number,
): string | undefined {
  const most = Math.max(
    ...divisions.map(({ train, validation = [], test }) =>
      total - train.length - validation.length - test.length
    ),
  );
  if (most === 0) return undefined;
  const number = divisions.length > 1 ? "up to " : "";
  return `without ${number}${counted(most, "window")} that would overlap ` +
    "those for validation or test";
}

/**
 * Summarises a data set in one line.
 *
 * @param samples The samples.
 * @param data Its section of the configuration.
 * @param how Description of the split.
 * @returns Layout, classes, samples, groups, sensor, guessed units of time and
 * split; then guesses at the meaning of names.
 */
export function describeData(
  source: LabelledSamples,
  { path, window }: Pick<DataSection, "path" | "window">,
  how: string,
): string {
  const { layout, classes, samples, recordings, empty, sensor } = source;
  const groups = new Set(
    samples.flatMap(({ group }) => group === undefined ? [] : [group]),
  );
  const formats = recordings.flatMap(({ facts }) => facts?.format ?? []);
  const guessed = new Set(
    formats.flatMap((format) => guessedUnitOf(format) ?? []),
  );
  return [
    `${path}: layout ${layout}`,
    `${classes.length} ${classes.length === 1 ? "class" : "classes"} ` +
    `(${someOf(classes)})`,
    counted(recordings.length, "recording"),
    counted(samples.length, "sample") +
    (window === undefined ? "" : ` of ${lengthsOf(samples, window)} ms`) +
    (empty > 0 ? ` (and ${empty} without events)` : ""),
    ...(groups.size > 0
      ? [`${counted(groups.size, "group")} (${someOf(sortNames(groups))})`]
      : []),
    `${sensor.width}×${sensor.height} pixels`,
    ...[...guessed].map((unit) => timeIn(unit, true)),
    how,
  ].join(", ") + describeGuesses(source.guessed);
}

/**
 * Formats the length of windows in ms; recordings may be shorter than a window.
 */
function lengthsOf(
  samples: LabelledSamples["samples"],
  window: number,
): string {
  const lengths = samples.map(({ durationUs = Infinity }) =>
    durationUs < 1000 * window
      ? Number((durationUs / 1000).toPrecision(3))
      : window
  );
  const [least, most] = [min(lengths), max(lengths)];
  return least === most ? `${least}` : `${least} to ${most}`;
}
