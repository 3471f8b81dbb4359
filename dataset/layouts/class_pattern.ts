/**
 * Patterns of classes in the paths of recordings, and their detection where
 * there are no class folders.
 *
 * @module
 */

import { counted } from "../files/counted.ts";
import { someOf } from "../files/some_of.ts";
import { kindOfNames } from "./folder_names.ts";
import { sortNames } from "./folder_tree.ts";

/** Separators between the words of file names. */
const SEPARATORS = ["_", "-", " "] as const;

/** Minimum share of file names that a pattern must match. */
const MOST = 0.8;

/** A pattern with the names that it matches. */
export interface FoundPattern {
  /** Source of a `RegExp`. */
  readonly pattern: string;
  /** Sorted names. */
  readonly names: readonly string[];
}

/** Patterns of class and group in file names. */
export interface NamePatterns {
  /** Pattern of the class. */
  readonly class: FoundPattern;
  /** Pattern of the group, if file names appear to contain one. */
  readonly group?: FoundPattern;
}

/**
 * Extracts a name from the path of a recording.
 *
 * @param recording Path of the recording below the folder of the data set.
 * @param pattern Pattern whose first capture, or whole match, is the name.
 * @returns The name; `undefined` if the path does not match.
 *
 * @example
 * ```ts
 * import { nameInPath } from "./class_pattern.ts";
 * const name = nameInPath("wave_ann_1.csv", /^([a-z]+)_/);
 * if (name !== "wave") throw new Error(name);
 * ```
 */
export function nameInPath(
  recording: string,
  pattern: RegExp,
): string | undefined {
  const found = pattern.exec(recording);
  return found === null ? undefined : (found[1] ?? found[0]) || undefined;
}

/**
 * Finds words in file names that may be classes, as in `wave_ann_1.csv` and
 * `clap1.csv`: the first position with few distinct words that are neither
 * numbers nor people. Another position with people or few distinct words may be
 * the groups. A few files may have other names.
 *
 * @param paths Paths of recordings below a folder.
 * @returns The patterns; `undefined` if there are no such words.
 *
 * @example
 * ```ts
 * import { findClassPattern } from "./class_pattern.ts";
 * const paths = ["wave_1.csv", "wave_2.csv", "clap_1.csv", "clap_2.csv"];
 * const pattern = findClassPattern(paths)?.class.pattern;
 * if (pattern !== "^([^_]+)_") throw new Error(pattern);
 * ```
 */
export function findClassPattern(
  paths: readonly string[],
): NamePatterns | undefined {
  if (paths.length === 0) return undefined;
  const files = paths.map((path) => path.split("/").at(-1)!);
  const isFlat = files.every((name, n) => name === paths[n]);
  const separator = SEPARATORS.find((separator) =>
    files.filter((name) => name.includes(separator)).length >=
      MOST * files.length
  );
  const patterns = separator === undefined
    ? [isFlat ? "^([^\\d.]*[^\\d ._-])" : "([^/\\d.]*[^/\\d ._-])[^/]*$"]
    : wordPatterns(separator, { files, isFlat });
  const isFew = (found: FoundPattern | undefined) =>
    found !== undefined && found.names.length > 1 &&
    2 * found.names.length <= paths.length;
  const own = patterns.map((pattern) => foundIn(paths, pattern))
    .filter((found) => found !== undefined).filter(isFew)
    .find(({ names }) => ["words", "classes"].includes(kindOfNames(names)));
  if (own === undefined) return undefined;
  const classed = paths.filter((path) => new RegExp(own.pattern).test(path));
  const others = patterns.filter((pattern) => pattern !== own.pattern)
    .map((pattern) => foundIn(classed, pattern, 1))
    .filter((found) => found !== undefined).filter(isFew);
  const group =
    others.find(({ names }) =>
      ["people", "codes"].includes(kindOfNames(names))
    ) ??
      // A number at the end of a word counts takes rather than groups.
      others.find(({ names }) => names.every((name) => !/\d/.test(name)));
  return { class: own, group };
}

/**
 * Returns the words in file names that may be the classes as well as those that
 * were taken as such.
 *
 * @param patterns Patterns of class and group in file names.
 * @returns The group, unless its names are people or codes; `undefined` if
 *   there is none.
 *
 * @example
 * ```ts
 * import { findClassPattern, otherWords } from "./class_pattern.ts";
 * const paths = ["ann", "bob"].flatMap((name) => [
 *   `${name}_wave_1.csv`,
 *   `${name}_clap_1.csv`,
 * ]);
 * const found = findClassPattern(paths);
 * const names = [found?.class, found && otherWords(found)]
 *   .map((words) => `${words?.names}`);
 * if (names.join(" ") !== "ann,bob clap,wave") throw new Error(`${names}`);
 * ```
 */
export function otherWords(
  { group }: NamePatterns,
): FoundPattern | undefined {
  return group && kindOfNames(group.names) === "words" ? group : undefined;
}

/**
 * Describes the lack of classes of recordings, and how to define them.
 *
 * @param paths Paths of the recordings below a folder.
 * @param options The given pattern of classes, which no path matches, if any,
 *   and folders that were not taken as classes, if any.
 * @returns One line.
 *
 * @example
 * ```ts
 * import { withoutClasses } from "./class_pattern.ts";
 * const line = withoutClasses(["1.csv"], { pattern: /^([a-z]+)_/ });
 * if (!line.includes("no path matches")) throw new Error(line);
 * ```
 */
export function withoutClasses(
  paths: readonly string[],
  { pattern, folders }: {
    readonly pattern?: RegExp;
    readonly folders?: FoundPattern;
  } = {},
): string {
  const many = counted(paths.length, "recording");
  if (paths.length === 0) return "it has no recordings";
  if (pattern !== undefined) {
    return `no path matches the pattern of classes "${pattern.source}"; it ` +
      `has ${many}, such as "${paths[0]}"`;
  }
  const found = findClassPattern(paths);
  const examples = [found?.class, found && otherWords(found)]
    .filter((words) => words !== undefined)
    .map(({ pattern, names }) => `"${pattern}" for ${someOf(names)}`);
  const example = found === undefined
    ? ""
    : `, such as ${examples.join(", or ")}`;
  const names = folders && someOf(folders.names);
  const why = folders === undefined
    ? ""
    : `, and its folders ${names} appear to be people or sessions`;
  const classes = folders === undefined || found !== undefined
    ? ""
    : `; with "${folders.pattern}" ${names} are the classes`;
  return `its recordings have no classes${why}: put them into a folder for ` +
    "each class, list them in a CSV file with the columns file and label, or " +
    `give data.class, a pattern of the class in a path${example}${classes}`;
}

/** Makes a pattern for each position of a word between separators. */
function wordPatterns(
  separator: typeof SEPARATORS[number],
  { files, isFlat }: {
    readonly files: readonly string[];
    readonly isFlat: boolean;
  },
): string[] {
  const count = Math.min(
    ...files.map((name) => name.split(separator).length).filter((n) => n > 1),
  );
  const [start, slash, end] = isFlat ? ["^", "", ""] : ["", "/", "[^/]*$"];
  // The separator is last in a character class, where a hyphen is literal.
  const word = (others: string) => `[^${slash}${others}${separator}]+`;
  const before = `${word("")}${separator}`;
  return Array.from({ length: count }, (_, place) => {
    // No pattern starts with a square bracket, which begins a list in YAML.
    const skipped = place === 0
      ? ""
      : `(?:${before})${place === 1 ? "" : `{${place}}`}`;
    const own = place === count - 1
      ? `(${word(".")})`
      : `(${word("")})${separator}`;
    return `${start}${skipped}${own}${end}`;
  });
}

/** Returns the names that a pattern matches, if enough paths match it. */
function foundIn(
  paths: readonly string[],
  pattern: string,
  most = MOST,
): FoundPattern | undefined {
  const names = paths.flatMap((path) =>
    nameInPath(path, new RegExp(pattern)) ?? []
  );
  return names.length < most * paths.length
    ? undefined
    : { pattern, names: sortNames(new Set(names)) };
}
