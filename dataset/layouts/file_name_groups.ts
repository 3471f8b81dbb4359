/**
 * Groups in the names of recordings' files.
 *
 * @module
 */

import { codeInName, groupInName, isKnownWord } from "./folder_names.ts";
import { sortNames } from "./folder_tree.ts";

/**
 * Words at the start of a name, alone or before a number: `ann`, `ann1`,
 * `john_smith_1`.
 */
const WORDS = /^(\p{L}+(?:[-_ ]\p{L}+)*)(?:[-_ ]?\d|$)/u;

/** Smallest share of the files that must have a word. */
const LEAST = 0.8;

/** Groups of recordings by their file names. */
export interface FileNameGroups {
  /** Group of each recording. */
  readonly groups: readonly string[];
  /** The groups, sorted, if they are words that may mean something else. */
  readonly guessed?: readonly string[];
}

/**
 * Finds groups in file names: numbered people, sessions and days, as in
 * `user01_2.raw`, which every file must have; or codes or words at their start,
 * as in `P1_2.csv`, `ann_1.csv` and `john_smith_1.csv`, before or after which the
 * class may stand. These are groups only if there are several that occur in
 * several classes, on average in most, and if most files have one: `take_1.csv`
 * and words that tell classes are not groups. Each of the other files is a
 * group.
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
  const words = withoutConditions(
    samples.map(({ label }, n) => wordsOf(files[n], label)),
  );
  const spread = classesOfWords(samples, words);
  const isShared = (word: string | undefined): word is string =>
    word !== undefined && spread.get(word)! > 1;
  const shared = words.filter(isShared);
  const groups = sortNames(new Set(shared));
  const classes = new Set(samples.map(({ label }) => label)).size;
  const pairs = groups.reduce((sum, word) => sum + spread.get(word)!, 0);
  const areGroups = groups.length > 1 &&
    shared.length >= LEAST * files.length &&
    2 * pairs > classes * groups.length;
  return areGroups
    ? {
      groups: words.map((word, n) =>
        isShared(word) ? word : samples[n].recording
      ),
      guessed: groups,
    }
    : undefined;
}

/** Counts the classes that each word occurs in. */
function classesOfWords(
  samples: readonly { readonly label: string }[],
  words: readonly (string | undefined)[],
): Map<string | undefined, number> {
  return new Map(
    [...Map.groupBy(samples.keys(), (n) => words[n])].map(([word, own]) => [
      word,
      new Set(own.map((n) => samples[n].label)).size,
    ]),
  );
}

/**
 * Finds the code or the words that a file name begins with, in lower case and
 * joined by `_`, without the class and without words that are no names.
 */
function wordsOf(file: string, label: string): string | undefined {
  const stem = file.replace(/\.[^.]*$/, "").toLowerCase();
  const rest = stem.slice(label.length);
  const own = stem.startsWith(label.toLowerCase()) && /^[-_ ]/.test(rest)
    ? rest.slice(1)
    : stem;
  const code = codeInName(own);
  if (code !== undefined) return code;
  const last = `_${joined(label.toLowerCase())}`;
  const words = joined(WORDS.exec(own)?.[1] ?? "");
  return (words.endsWith(last) ? words.slice(0, -last.length) : words)
    .split("_").filter((word) => !isKnownWord(word)).join("_") || undefined;
}

/** Replaces the separators between words by `_`. */
function joined(words: string): string {
  return words.replaceAll(/[-_ ]/g, "_");
}

/**
 * Removes last words most of which follow several others, as conditions do:
 * `ann_happy` and `bob_happy`. Family names mostly follow one.
 */
function withoutConditions(
  names: readonly (string | undefined)[],
): readonly (string | undefined)[] {
  const distinct = new Set(names.filter((name) => name?.includes("_")));
  const byLast = Map.groupBy(distinct, (name) => name!.split("_").at(-1));
  const shared = [...byLast.values()].filter(({ length }) => length > 1);
  return 2 * shared.length > byLast.size
    ? withoutConditions(names.map((name) => name?.replace(/_[^_]+$/, "")))
    : names;
}

/** Returns the names if none is missing. */
function allOf(names: readonly (string | undefined)[]): string[] | undefined {
  const there = names.filter((name) => name !== undefined);
  return there.length === names.length ? there : undefined;
}
