/**
 * Groups in the names of recordings' files.
 *
 * @module
 */

import { groupInName, isKnownWord } from "./folder_names.ts";
import { sortNames } from "./folder_tree.ts";

/** A word before a number at the start of a file name, as in `ann_1.csv`. */
const WORD = /^(\p{L}+)[-_ ]\d/u;

/** Groups of recordings by their file names. */
export interface FileNameGroups {
  /** Group of each recording. */
  readonly groups: readonly string[];
  /** The groups, sorted, if they are words that may mean something else. */
  readonly guessed?: readonly string[];
}

/**
 * Finds groups in file names: numbered people, sessions and days, as in
 * `user01_2.raw`, or otherwise words before a number, as in `ann_1.csv`. Every
 * file must have one. Words are groups only if there are several, each occurs
 * in several classes, and on average they occur in most classes: `take_1.csv`
 * and words that tell classes are not groups.
 *
 * @param samples Paths of recordings below a folder, and their classes.
 * @returns The groups, in lower case; `undefined` if there are none.
 *
 * @example
 * ```ts
 * import { groupsInFileNames } from "./file_name_groups.ts";
 * const samples = ["clap", "wave"].flatMap((label) =>
 *   ["ann_1", "bob_1"].map((name) => ({ recording: `${label}/${name}`, label }))
 * );
 * const { guessed } = groupsInFileNames(samples) ?? {};
 * if (`${guessed}` !== "ann,bob") throw new Error(`${guessed}`);
 * ```
 */
export function groupsInFileNames(
  samples: readonly { readonly recording: string; readonly label: string }[],
): FileNameGroups | undefined {
  const files = samples.map(({ recording }) => recording.split("/").at(-1)!);
  const numbered = allOf(files.map(groupInName));
  if (numbered !== undefined) return { groups: numbered };
  const words = allOf(files.map((name) => {
    const word = WORD.exec(name)?.[1].toLowerCase();
    return word === undefined || isKnownWord(word) ? undefined : word;
  }));
  if (words === undefined) return undefined;
  const classes = new Set(samples.map(({ label }) => label)).size;
  const members = Map.groupBy(samples.keys(), (n) => words[n]);
  // Number of classes that each word occurs in.
  const spread = [...members.values()].map((own) =>
    new Set(own.map((n) => samples[n].label)).size
  );
  const pairs = spread.reduce((sum, count) => sum + count, 0);
  const areGroups = spread.length > 1 && spread.every((count) => count > 1) &&
    2 * pairs > classes * spread.length;
  return areGroups
    ? { groups: words, guessed: sortNames(members.keys()) }
    : undefined;
}

/** Returns the names if none is missing. */
function allOf(names: readonly (string | undefined)[]): string[] | undefined {
  const there = names.filter((name) => name !== undefined);
  return there.length === names.length ? there : undefined;
}
