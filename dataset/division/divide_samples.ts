/**
 * Division of a data set's samples into training, validation and test.
 *
 * @module
 */

import { counted } from "../files/counted.ts";
import { sortNames } from "../layouts/folder_tree.ts";
import { type GroupedSample, splitByGroup } from "./group_split.ts";
import type { LabelledSample } from "../samples/labelled_samples.ts";
import type { SetName } from "../layouts/layout.ts";
import { apartFrom, canSplitInTime, splitInTime } from "./split_in_time.ts";

/** Sample indices of a fold, in ascending order. */
export interface Division {
  /** Training samples. */
  readonly train: readonly number[];
  /**
   * Validation samples, by which the best weights are chosen; absent if not
   * requested, or if there are too few recordings.
   */
  readonly validation?: readonly number[];
  /** Test samples. */
  readonly test: readonly number[];
}

/** Options of the division. */
export interface DivideOptions {
  /**
   * Number of folds; `"groups"` makes one fold per group, in the order of their
   * names.
   *
   * @default see `divideSamples()`
   */
  readonly folds?: number | "groups";
  /** Share of test samples, for a single fold. */
  readonly test?: number;
  /** Whether part of the training samples is held out for validation. */
  readonly validation: boolean;
  /**
   * Whether recordings are divided in time, so that training and test share
   * recordings. @default false
   */
  readonly inTime?: boolean;
  /** Seed of the division. */
  readonly seed: number;
}

/** Description of a division that the data set itself defines. */
export const OWN_SPLIT = "its own split";

/** Default number of folds. */
const FOLDS = 4;

/** Default share of test samples. */
const TEST = 0.2;

/** Share of a fold's training samples that is held out for validation. */
const VALIDATION = 0.15;

/**
 * Divides samples into folds.
 *
 * If the data set has a split of its own, that is the only fold. Otherwise, if
 * it has groups, there are four folds, or one per group if there are fewer
 * groups; without groups there is one fold, with a fifth of the recordings for
 * test. No group (or recording) is in two parts, and each part has about the
 * same share of every class. If a class has a single recording that was cut
 * into windows, or if `inTime` is set, recordings are divided in time instead,
 * with the last windows of each class for test. Training windows that overlap in time with
 * windows of another part are left out.
 *
 * @param samples The samples.
 * @param options Number of folds or share of test samples, validation and seed.
 * @returns The folds, and a description of how they were made.
 * @throws {RangeError} If there are too few groups or recordings.
 *
 * @example
 * ```ts
 * import { divideSamples } from "./divide_samples.ts";
 * const samples = Array.from({ length: 10 }, (_, n) => ({
 *   name: `${n}`,
 *   recording: `${n}.csv`,
 *   label: n % 2,
 *   place: n,
 * }));
 * const { divisions } = divideSamples(samples, { validation: false, seed: 0 });
 * const [{ train, test }] = divisions;
 * if (train.length !== 8 || test.length !== 2) throw new Error("expected 8, 2");
 * ```
 */
export function divideSamples(
  samples: readonly LabelledSample[],
  options: DivideOptions,
): { readonly divisions: Division[]; readonly how: string } {
  const { divisions, how, inTime } = testSets(samples, options);
  return {
    how,
    divisions: divisions.map(({ train, validation, test }) => {
      const all = options.validation || validation === undefined
        ? train
        : [...train, ...validation].sort((a, b) => a - b);
      const own = apartFrom(test, all, samples);
      if (own.length === 0 || test.length === 0) {
        throw new RangeError(
          "Cannot divide the samples: " +
            (all.length === 0 || test.length === 0
              ? "none are left for training and test"
              : "every window for training would overlap one for test; shorter " +
                "windows, or a shorter overlap, leave some"),
        );
      }
      if (!options.validation) return { train: own, test };
      const chosen = validation === undefined
        ? chooseValidation(own, samples, { seed: options.seed, inTime })
        : apartFrom(test, validation, samples);
      const held = new Set(chosen);
      const rest = own.filter((n) => !held.has(n));
      const left = apartFrom(chosen, rest, samples);
      return chosen.length === 0 || left.length === 0
        ? { train: own, test }
        : { train: left, validation: chosen, test };
    }),
  };
}

/** Chooses the test samples of each fold; all others are training samples. */
function testSets(
  samples: readonly LabelledSample[],
  { folds, test, seed, inTime = false }: DivideOptions,
): {
  readonly divisions: Division[];
  readonly how: string;
  readonly inTime: boolean;
} {
  if (folds === undefined && test === undefined && !inTime) {
    const own = ownSplit(samples);
    if (own !== undefined) {
      return { divisions: [own], how: OWN_SPLIT, inTime };
    }
  }
  const groups = new Set(samples.map(({ group }) => group)).size;
  const key = groups > 1 ? groupOf : recordingOf;
  if (folds === "groups") return { ...leaveOneOut(samples, groups), inTime };
  const keys = new Set(samples.map(key)).size;
  if (folds !== undefined && folds > keys && !inTime) {
    const kind = groups > 1 ? "group" : "recording";
    throw new RangeError(
      `Cannot make ${folds} folds: there are ${counted(keys, kind)}`,
    );
  }
  const count = folds ??
    (test === undefined && groups > 1 && !inTime
      ? Math.min(FOLDS, keys)
      : undefined);
  const share = test ?? TEST;
  const shares = count === undefined
    ? [1 - share, share]
    : Array.from({ length: count }, () => 1 / count);
  const lonely = key === recordingOf ? singleRecording(samples) : undefined;
  const byTime = inTime || lonely !== undefined;
  if (byTime && !canSplitInTime(samples)) {
    throw new RangeError(
      lonely === undefined
        ? `Cannot divide recordings in time: ${undividedIn(samples)}`
        : `Cannot train and test with recording "${lonely}": it is the only ` +
          "one of its class, and was not cut into windows",
    );
  }
  const all = [...samples.keys()];
  const parts = byTime
    ? splitInTime(samples, shares)
    : splitByGroup(grouped(all, samples, key), shares, seed);
  const how = byTime ? "in time" : groups > 1 ? "by group" : "by recording";
  return {
    inTime: byTime,
    divisions: (count === undefined ? parts.slice(1) : parts).map((test) => {
      const held = new Set(test);
      return { train: all.filter((n) => !held.has(n)), test };
    }),
    how: count === undefined
      ? `${Math.round(100 * share)} % for test, ${how}`
      : `${count} folds ${how}`,
  };
}

/** Makes one fold per group, which is its test set. */
function leaveOneOut(
  samples: readonly LabelledSample[],
  groups: number,
): { readonly divisions: Division[]; readonly how: string } {
  if (groups < 2) {
    throw new RangeError(
      "Cannot make a fold of each group: " +
        (samples[0].group === undefined
          ? "the samples have no groups"
          : `"${samples[0].group}" is the only one`),
    );
  }
  const members = Map.groupBy(samples.keys(), (n) => groupOf(samples[n]));
  const names = sortNames(members.keys());
  return {
    divisions: names.map((name) => ({
      train: [...samples.keys()].filter((n) => groupOf(samples[n]) !== name),
      test: members.get(name)!,
    })),
    how: `${names.length} folds, one a group`,
  };
}

/** Returns the split that the data set itself defines, if any. */
function ownSplit(samples: readonly LabelledSample[]): Division | undefined {
  const of = (name: SetName | undefined) =>
    [...samples.keys()].filter((n) => samples[n].set === name);
  const [validation, test] = [of("validation"), of("test")];
  const train = [...of("train"), ...of(undefined)].sort((a, b) => a - b);
  const held = test.length > 0 ? test : validation;
  if (train.length === 0 || held.length === 0) return undefined;
  return test.length > 0 && validation.length > 0
    ? { train, validation, test }
    : { train, test: held };
}

/**
 * Chooses validation samples from the training samples: by group, otherwise by
 * recording, otherwise in time; none if recordings cannot be divided in time
 * either.
 */
function chooseValidation(
  train: readonly number[],
  samples: readonly LabelledSample[],
  { seed, inTime }: { readonly seed: number; readonly inTime: boolean },
): number[] {
  const shares = [1 - VALIDATION, VALIDATION];
  for (const key of inTime ? [] : [groupOf, recordingOf]) {
    if (new Set(train.map((n) => key(samples[n]))).size < 2) continue;
    // The seed of the folds plus 1, as for other data sets.
    const parts = splitByGroup(grouped(train, samples, key), shares, seed + 1);
    if (parts[1].length > 0) return parts[1].map((n) => train[n]);
  }
  const own = train.map((n) => samples[n]);
  if (!canSplitInTime(own)) return [];
  return splitInTime(own, shares)[1].map((n) => train[n]);
}

function grouped(
  indices: readonly number[],
  samples: readonly LabelledSample[],
  key: (sample: LabelledSample) => string,
): GroupedSample[] {
  return indices.map((n) => ({
    label: samples[n].label,
    group: key(samples[n]),
  }));
}

/** Returns the group of a sample, by default its recording. */
function groupOf({ group, recording }: LabelledSample): string {
  return group ?? recording;
}

function recordingOf({ recording }: LabelledSample): string {
  return recording;
}

/** Describes the recordings that are one sample each, of which there are some. */
function undividedIn(samples: readonly LabelledSample[]): string {
  const members = [...Map.groupBy(samples, recordingOf)];
  const single = members.filter(([, { length }]) => length === 1);
  if (single.length === members.length) return "they were not cut into windows";
  const more = single.length > 1 ? `, as have ${single.length - 1} more` : "";
  return `"${single[0][0]}" has a single window${more}; choose shorter windows`;
}

/**
 * Finds a class with a single recording and returns the name of the recording.
 */
function singleRecording(
  samples: readonly LabelledSample[],
): string | undefined {
  const recordings = new Map<number, Set<string>>();
  for (const { label, recording } of samples) {
    const there = recordings.get(label);
    if (there === undefined) recordings.set(label, new Set([recording]));
    else there.add(recording);
  }
  const [name] = [...recordings.values()].find(({ size }) => size < 2) ?? [];
  return name;
}
