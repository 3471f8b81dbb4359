/**
 * Which levels of a tree of folders are named after classes, and which after
 * people or occasions.
 *
 * @module
 */

import { kindOfNames, type NameKind, setNamed } from "./folder_names.ts";
import type { SetName } from "./layout.ts";

/** The folders above a recording. */
export interface FolderPath {
  /** Names of the folders, from the top. */
  readonly folders: readonly string[];
  /** Set that a folder above it is named after. */
  readonly set?: SetName;
}

/** How well names of a kind may be those of classes, from 0 on; else never. */
const CLASS_RANKS: Readonly<Partial<Record<NameKind, number>>> = {
  classes: 0,
  words: 1,
  numbers: 2,
  codes: 3,
};

/** How well names of a kind may be those of groups, from 0 on. */
const GROUP_RANKS: Readonly<Record<NameKind, number>> = {
  people: 0,
  codes: 1,
  words: 2,
  classes: 2,
  occasions: 3,
  numbers: 3,
};

/** The level of the classes, from 0 at the top. */
export interface ClassLevel {
  /** The level. */
  readonly level: number;
  /** Another level whose names may as well be those of classes. */
  readonly other?: number;
}

/**
 * Finds the level whose folders are named after sets.
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
    // A lone folder `train` of recordings may be a class.
    return names.every((name) => setNamed(name) !== undefined) &&
      (names.length > 1 || least > 1);
  });
}

/**
 * Finds the level whose folders are named after classes.
 *
 * In this order: the level that has the classes asked for; levels named after
 * people or occasions have none; of others, where the data set has a split, one
 * whose names are in several of its sets; numbered classes and the ten digits
 * before words, these before other numbers and codes; the uppermost.
 *
 * @param paths Folders above each recording, without those of sets.
 * @param classes The classes asked for, if any.
 * @returns The level, and another one where the names of both are alike;
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
  if (asked !== undefined) return { level: asked };
  const kinds = names.map(kindOfNames);
  const rankOf = (level: number) => CLASS_RANKS[kinds[level]] ?? Infinity;
  // A few recordings may lie beside the folders of classes.
  const likely = levels.filter((level) =>
    rankOf(level) < Infinity &&
    2 * paths.filter(({ folders }) => folders.length > level).length >
      paths.length
  );
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
  return {
    level,
    other: kinds[level] === "classes"
      ? undefined
      : found.find((other) => other !== level && names[other].length > 1),
  };
}

/**
 * Finds the level whose folders are named after groups: people, if there are
 * such names, then words, then the uppermost. A level with a folder for each
 * recording is none.
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
    // All are of one group; other folders say more.
    return names.length === 1 ? Infinity : GROUP_RANKS[kindOfNames(names)];
  };
  return range(mostDepth(paths))
    .filter((level) =>
      level !== classLevel && namesAt(paths, level).length < paths.length
    )
    .toSorted((a, b) => rankOf(a) - rankOf(b) || a - b)[0];
}

/** Whether a name of this level is in several sets, so that it may be tested. */
function isInSeveralSets(
  paths: readonly FolderPath[],
  level: number,
): boolean {
  const told = paths.filter(({ set }) => set !== undefined);
  return [...Map.groupBy(told, ({ folders }) => folders[level]).values()]
    .some((own) => new Set(own.map(({ set }) => set)).size > 1);
}

/** The first list, or the other if it is empty. */
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
