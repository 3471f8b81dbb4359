/**
 * Patterns of classes in the names of files that no folder gives a class.
 *
 * @module
 */

import { counted } from "../files/counted.ts";
import { kindOfNames } from "./folder_names.ts";
import { sortNames } from "./folder_tree.ts";
import { nameInPath } from "./path_pattern.ts";

/** Characters between the words of file names, as patterns write them. */
const SEPARATORS = ["_", "-", " "] as const;

/** Share of the file names that a pattern must match. */
const MOST = 0.8;

/** A pattern, and the names that it finds. */
export interface FoundPattern {
  /** The pattern, for `RegExp`. */
  readonly pattern: string;
  /** The names, sorted. */
  readonly names: readonly string[];
}

/** Patterns of file names. */
export interface NamePatterns {
  /** Pattern of the class. */
  readonly class: FoundPattern;
  /** Pattern of the group, if file names seem to have one. */
  readonly group?: FoundPattern;
}

/**
 * Finds words in the names of files that may be classes, as in `wave_ann_1.csv`
 * and `clap1.csv`: the first words that are few, neither numbers nor people; and
 * people or other such words, which may be the groups. A few files may have
 * other names.
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
      // A number at a name is that of a take.
      others.find(({ names }) => names.every((name) => !/\d/.test(name)));
  return { class: own, group };
}

/**
 * Says that recordings have no classes, and how they get some.
 *
 * @param paths Their paths below a folder.
 * @param pattern The pattern of classes that none of them matches, if one was
 *   given.
 * @returns A line.
 *
 * @example
 * ```ts
 * import { withoutClasses } from "./class_pattern.ts";
 * const line = withoutClasses(["1.csv"], /^([a-z]+)_/);
 * if (!line.includes("no path matches")) throw new Error(line);
 * ```
 */
export function withoutClasses(
  paths: readonly string[],
  pattern?: RegExp,
): string {
  const many = counted(paths.length, "recording");
  if (paths.length === 0) return "it has no recordings";
  if (pattern !== undefined) {
    return `no path matches the pattern of classes "${pattern.source}"; it ` +
      `has ${many}, such as "${paths[0]}"`;
  }
  const found = findClassPattern(paths)?.class;
  const example = found === undefined
    ? ""
    : `, such as "${found.pattern}" for ${found.names.join(", ")}`;
  return "its recordings have no classes: put them into a folder for each " +
    "class, list them in a CSV file with the columns file and label, or give " +
    `data.class, a pattern of the class in a path${example}`;
}

/** Patterns of the words between separators that most file names have. */
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
  // A hyphen is last in its class of characters, where it means itself.
  const word = (others: string) => `[^${slash}${others}${separator}]+`;
  const before = `${word("")}${separator}`;
  return Array.from({ length: count }, (_, place) => {
    // No pattern starts with a bracket, which begins a list in YAML.
    const skipped = place === 0
      ? ""
      : `(?:${before})${place === 1 ? "" : `{${place}}`}`;
    const own = place === count - 1
      ? `(${word(".")})`
      : `(${word("")})${separator}`;
    return `${start}${skipped}${own}${end}`;
  });
}

/** Finds the names of a pattern that most paths match. */
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
