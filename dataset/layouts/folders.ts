/**
 * Layout with a folder per class, of recordings in any format.
 *
 * @module
 */

import { counted } from "../files/counted.ts";
import { DatasetError } from "../files/errors.ts";
import { join } from "../files/file_path.ts";
import {
  findClassPattern,
  nameInPath,
  withoutClasses,
} from "./class_pattern.ts";
import {
  findClassLevel,
  findGroupLevel,
  findSetLevel,
  type FolderPath,
} from "./folder_levels.ts";
import { groupsInFileNames } from "./file_name_groups.ts";
import { kindOfNames, setNamed } from "./folder_names.ts";
import { listRecordings, lookAt } from "./folder_tree.ts";
import type {
  GuessedNames,
  Layout,
  ListedSample,
  ListOptions,
  OtherClasses,
  Place,
} from "./layout.ts";

/**
 * Folders named after classes. Other levels of folders may be `train`,
 * `validation` and `test`, and people or occasions, which are the groups;
 * `findClassLevel()` describes how levels are recognised. Without folders of
 * people, groups are taken from file names, as `groupsInFileNames()` describes,
 * before those of occasions.
 */
export const folders: Layout = {
  description: "a folder a class",
  matches: ({ folders }) => folders.length > 0,
  async list(place, options) {
    const paths = await listRecordings(place);
    const { samples, left, guessed } = labelPaths(paths, options);
    if (samples.length === 0) {
      throw new DatasetError(
        place.path,
        withoutClasses(paths, {
          pattern: options?.class,
          folders: guessed?.otherClasses,
        }),
      );
    }
    return {
      samples: samples.map((sample): ListedSample => ({
        path: join(place.path, sample.recording),
        ...sample,
      })),
      guessed,
      remarks: [
        ...(left.length === 0 ? [] : [
          `without a class: ${counted(left.length, "recording")}, such as ` +
          left[0],
        ]),
        ...await emptyFolders(place, paths),
      ],
    };
  },
};

/** A recording in a folder named after its class. */
export type LabelledPath = Pick<
  ListedSample,
  "recording" | "label" | "set" | "group"
>;

/** Recordings with and without a class. */
export interface LabelledPaths {
  /** Recordings with a class. */
  readonly samples: readonly LabelledPath[];
  /** Paths of recordings without a class. */
  readonly left: readonly string[];
  /** Guesses at the meaning of names. */
  readonly guessed?: GuessedNames;
}

/**
 * Derives classes, sets and groups from the folders of recordings.
 *
 * @param paths Paths of recordings below a folder.
 * @param options The classes or a pattern of them, if known.
 * @returns The recordings; none has a class if no level of folders can be named
 *   after classes.
 *
 * @example
 * ```ts
 * import { labelPaths } from "./folders.ts";
 * const paths = ["user1/wave/1.raw", "user2/wave/1.raw", "user2/clap/1.raw"];
 * const { samples: [{ label, group }] } = labelPaths(paths);
 * if (label !== "wave" || group !== "user1") throw new Error(label);
 * ```
 */
export function labelPaths(
  paths: readonly string[],
  { classes, class: pattern }: ListOptions = {},
): LabelledPaths {
  const labelled = paths.map((recording) => ({
    recording,
    label: pattern && nameInPath(recording, pattern),
    folders: recording.split("/").slice(0, -1),
  })).filter(({ label, folders }) =>
    pattern ? label !== undefined : folders.length > 0
  );
  if (labelled.length === 0) return { samples: [], left: paths };
  const setLevel = findSetLevel(labelled);
  const placed = labelled.map((path) => ({
    ...path,
    ...takeSet(path, setLevel),
  }));
  const found = pattern ? undefined : findClassLevel(placed, classes);
  const level = pattern
    ? placed[0].folders.findIndex((_, level) =>
      placed.every(({ label, folders }) => folders[level] === label)
    )
    : found?.level ?? -1;
  if (!pattern && level < 0) {
    const people = Math.max(0, firstDifference(placed));
    return {
      samples: [],
      left: paths,
      guessed: {
        otherClasses: otherClasses(placed, { level: people, setLevel }),
      },
    };
  }
  const groupLevel = findGroupLevel(placed, level);
  const samples = placed.flatMap(
    ({ recording, label, set, folders }): LabelledPath[] => {
      const named = label ?? folders[level];
      const group = groupLevel === undefined ? undefined : folders[groupLevel];
      return named === undefined
        ? []
        : [{ recording, label: named, set, group }];
    },
  );
  const taken = new Set(samples.map(({ recording }) => recording));
  const groups = new Set(samples.flatMap(({ group }) => group ?? []));
  const named = groups.size === 0 || kindOfNames([...groups]) === "occasions"
    ? groupsInFileNames(samples)
    : undefined;
  return {
    samples: named === undefined
      ? samples
      : samples.map((sample, n) => ({ ...sample, group: named.groups[n] })),
    left: paths.filter((path) => !taken.has(path)),
    guessed: {
      otherClasses: otherClasses(placed, { level: found?.other, setLevel }) ??
        (pattern || found?.isCertain ? undefined : classesOfNames(samples)),
      groups: named?.guessed,
      ...(found?.inside && { inside: found.inside }),
    },
  };
}

/**
 * Finds words in file names that may be classes instead of the folders: each
 * occurs in most folders, as in `ann/wave.csv` and `bob/wave.csv`.
 */
function classesOfNames(
  samples: readonly LabelledPath[],
): OtherClasses | undefined {
  const found = findClassPattern(samples.map(({ recording }) => recording));
  if (found === undefined) return undefined;
  const { pattern, names } = found.class;
  const foldersOf = Map.groupBy(
    samples,
    ({ recording }) => nameInPath(recording, new RegExp(pattern)),
  );
  const labels = new Set(samples.map(({ label }) => label)).size;
  const areInMost = names.every((name) =>
    2 * new Set(foldersOf.get(name)?.map(({ label }) => label)).size > labels
  );
  return areInMost ? { pattern, names } : undefined;
}

/** Returns a remark about empty folders of the top level, if any. */
async function emptyFolders(
  { path, folders }: Place,
  paths: readonly string[],
): Promise<string[]> {
  const there = new Set(paths.map((path) => path.split("/")[0]));
  const empty: string[] = [];
  for (const name of folders.filter((name) => !there.has(name))) {
    const inner = await lookAt(join(path, name));
    if (inner.files?.length === 0 && inner.folders.length === 0) {
      empty.push(name);
    }
  }
  return empty.length === 0 ? [] : [`empty folders: ${empty.join(", ")}`];
}

/** Returns the first level at which folders differ, or -1. */
function firstDifference([first, ...others]: readonly FolderPath[]): number {
  return first.folders.findIndex((name, level) =>
    others.some(({ folders }) => folders[level] !== name)
  );
}

/** Removes the level of sets from the folders above a recording. */
function takeSet(
  { folders }: FolderPath,
  level: number | undefined,
): FolderPath {
  return level === undefined ? { folders } : {
    set: setNamed(folders[level]),
    folders: folders.toSpliced(level, 1),
  };
}

/** Describes how to choose the folders of another level as classes. */
function otherClasses(
  paths: readonly FolderPath[],
  { level, setLevel = Infinity }: {
    readonly level?: number;
    readonly setLevel?: number;
  },
): OtherClasses | undefined {
  if (level === undefined) return undefined;
  const above = level + Number(setLevel <= level);
  const start = ["^", "/", `^(?:[^/]+/){${above}}`][Math.min(above, 2)];
  return {
    pattern: `${start}([^/]+)/`,
    names: [...new Set(paths.flatMap(({ folders }) => folders[level] ?? []))],
  };
}
