/**
 * Detection of the levels of a folder tree that are named after sets, classes
 * and groups.
 *
 * @module
 */

import { kindOfNames, type NameKind, setNamed } from "./folder_names.ts";
import type { SetName } from "./layout.ts";

/** Folders above a recording. */
export interface FolderPath {
  /** Names of the folders, from the top level down. */
  readonly folders: readonly string[];
  /** Set in the name of a removed folder level. */
  readonly set?: SetName;
}

/**
 * Ranks of kinds of names as classes, the best being 0; kinds without a rank
 * are never classes.
 */
const CLASS_RANKS: Readonly<Partial<Record<NameKind, number>>> = {
  classes: 0,
  words: 1,
  numbers: 2,
  codes: 3,
};

/** Ranks of kinds of names as groups, the best being 0. */
const GROUP_RANKS: Readonly<Record<NameKind, number>> = {
  people: 0,
  codes: 1,
  words: 2,
  classes: 2,
  occasions: 3,
  numbers: 3,
};

/** Level of the classes, from 0 at the top. */
export interface ClassLevel {
  /** The chosen level. */
  readonly level: number;
  /** Another level whose names may be classes too. */
  readonly other?: number;
  /** Whether the names are those of classes, as `gesture5` and digits are. */
  readonly isCertain?: boolean;
  /** The folder that holds all those of classes, if it could be a class. */
  readonly inside?: string;
}

/**
 * Finds the level with folders named after sets.
 *
 * @param paths Folders above each recording.
 * @returns The level; `undefined` if there is none.
 *
 * @example
 * ```ts
 * import { findSetLevel } from "./folder_levels.ts";
 * const paths = [["train", "wave"], ["test", "wave"]];
 * const level = findSetLevel(paths.map((folders) => ({ folders })));
 * if (level !== 0) throw new Error(`${level}`);
 * ```
 */
export function findSetLevel(paths: readonly FolderPath[]): number | undefined {
  const least = leastDepth(paths);
  return range(least).find((level) => {
    const names = namesAt(paths, level);
    // A single folder `train` with recordings may be a class.
    return names.every((name) => setNamed(name) !== undefined) &&
      (names.length > 1 || least > 1);
  });
}

/**
 * Finds the level with folders named after classes.
 *
 * A level with all requested classes is chosen first. Otherwise levels named
 * after people or occasions are excluded, and so is a single folder that holds
 * folders of classes, as archives are unpacked. In a data set with a split,
 * levels whose names occur in several sets are preferred. Among the rest,
 * numbered classes and the ten digits precede words, which precede other
 * numbers and then codes; ties go to the upper level. Codes such as `P1`, if no
 * other level can have classes, are people rather than classes, unless some
 * occur in several sets; `S1` may as well be a sign.
 *
 * @param paths Folders above each recording, without those of sets.
 * @param classes The requested classes, if any.
 * @returns The level, and another possible level if the choice is ambiguous;
 *   `undefined` if no level can have classes.
 *
 * @example
 * ```ts
 * import { findClassLevel } from "./folder_levels.ts";
 * const paths = [["user01", "wave"], ["user02", "wave"], ["user02", "clap"]];
 * const found = findClassLevel(paths.map((folders) => ({ folders })));
 * if (found?.level !== 1) throw new Error("expected those below people");
 * ```
 */
export function findClassLevel(
  paths: readonly FolderPath[],
  classes?: readonly string[],
): ClassLevel | undefined {
  const levels = range(mostDepth(paths));
  const names = levels.map((level) => namesAt(paths, level));
  const asked = classes &&
    levels.find((level) =>
      classes.every((name) => names[level].includes(name))
    );
  if (asked !== undefined) return { level: asked, isCertain: true };
  const kinds = names.map(kindOfNames);
  const rankOf = (level: number) => CLASS_RANKS[kinds[level]] ?? Infinity;
  // A few recordings may be outside the class folders.
  const possible = levels.filter((level) =>
    rankOf(level) < Infinity &&
    2 * paths.filter(({ folders }) => folders.length > level).length >
      paths.length
  );
  const isSingle = (level: number) =>
    names[level].length === 1 && kinds[level] !== "classes";
  // Numbered folders with one recording each are no classes.
  const isDivision = (level: number) =>
    !isSingle(level) &&
    (names[level].length < paths.length || kinds[level] === "words");
  const likely = possible.some(isDivision)
    ? possible.filter((level) => !isSingle(level))
    : possible;
  const several = ifAny(
    likely.filter((level) => names[level].length < paths.length),
    likely,
  );
  const found = ifAny(
    several.filter((level) => isInSeveralSets(paths, level)),
    several,
  ).toSorted((a, b) => rankOf(a) - rankOf(b));
  const least = leastDepth(paths);
  const [level] = ifAny(found.filter((level) => level < least), found);
  if (level === undefined) return undefined;
  const isAlone = likely.length === 1 && !isInSeveralSets(paths, level);
  // A code such as S1 may as well be that of a sign.
  const arePeople = kinds[level] === "codes" &&
    !names[level].some((name) => /^s/i.test(name));
  if (isAlone && arePeople) return undefined;
  const isCertain = kinds[level] === "classes";
  return {
    level,
    isCertain,
    ...(possible.includes(level - 1) && isSingle(level - 1) &&
      { inside: names[level - 1][0] }),
    other: isCertain
      ? undefined
      : found.find((other) => other !== level && names[other].length > 1),
  };
}

/**
 * Finds the level with folders named after groups. People are preferred, then
 * codes, then words and classes, then occasions and numbers; ties go to the
 * upper level. A level with one folder per recording is excluded, and so is a
 * single folder of all classes, unless it is named after a person or occasion.
 *
 * @param paths Folders above each recording, without those of sets.
 * @param classLevel The level of the classes, if folders have them.
 * @returns The level; `undefined` if there is none.
 *
 * @example
 * ```ts
 * import { findGroupLevel } from "./folder_levels.ts";
 * const paths = [["a", "day1", "ann"], ["b", "day1", "ann"], ["b", "day2", "bob"]];
 * const level = findGroupLevel(paths.map((folders) => ({ folders })), 0);
 * if (level !== 2) throw new Error(`${level}`);
 * ```
 */
export function findGroupLevel(
  paths: readonly FolderPath[],
  classLevel: number | undefined,
): number | undefined {
  const rankOf = (level: number) => {
    const names = namesAt(paths, level);
    // A single group would be uninformative.
    return names.length === 1 ? Infinity : GROUP_RANKS[kindOfNames(names)];
  };
  return range(mostDepth(paths))
    .filter((level) => {
      const names = namesAt(paths, level);
      const holdsAll = names.length === 1 && level < (classLevel ?? 0) &&
        CLASS_RANKS[kindOfNames(names)]! < CLASS_RANKS.codes!;
      return level !== classLevel && names.length < paths.length && !holdsAll;
    })
    .toSorted((a, b) => rankOf(a) - rankOf(b) || a - b)[0];
}

/**
 * Tells whether a name of this level occurs in several sets, as class names do.
 */
function isInSeveralSets(
  paths: readonly FolderPath[],
  level: number,
): boolean {
  const told = paths.filter(({ set }) => set !== undefined);
  return [...Map.groupBy(told, ({ folders }) => folders[level]).values()]
    .some((own) => new Set(own.map(({ set }) => set)).size > 1);
}

/** Returns the first list, or the other one if it is empty. */
function ifAny(
  list: readonly number[],
  other: readonly number[],
): readonly number[] {
  return list.length > 0 ? list : other;
}

function namesAt(paths: readonly FolderPath[], level: number): string[] {
  return [...new Set(paths.flatMap(({ folders }) => folders[level] ?? []))];
}

function leastDepth(paths: readonly FolderPath[]): number {
  return paths.reduce((n, { folders }) => Math.min(n, folders.length), 99);
}

function mostDepth(paths: readonly FolderPath[]): number {
  return paths.reduce((n, { folders }) => Math.max(n, folders.length), 0);
}

function range(length: number): number[] {
  return Array.from({ length }, (_, n) => n);
}
