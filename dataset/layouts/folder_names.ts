/**
 * What names of folders tell: sets, and people, occasions or classes.
 *
 * @module
 */

import type { SetName } from "./layout.ts";

/** Sets by the names that people give their folders. */
const SETS: readonly (readonly [RegExp, SetName])[] = [
  [/^train(ing)?$/i, "train"],
  [/^(val|valid|validation|dev)$/i, "validation"],
  [/^(test|testing|eval|evaluation)$/i, "test"],
];

/** Words for people, before a number. */
const PERSON = "user|person|people|subject|subj|sub|signer|speaker|" +
  "participant|actor|volunteer|proband|patient";

/** Words for occasions, before a number. */
const OCCASION =
  "session|sess|ses|day|date|week|visit|trial|take|run|rec|recording";

/** Words for classes, before a number or a name. */
const CLASS = "class|gesture|sign|digit|letter|word|action|activity|motion|" +
  "movement|label|category|object|emotion";

/** Numbered people and days anywhere in the name of a file. */
const GROUP = new RegExp(`(?:${PERSON}|session|day)[-_ ]?\\d+`, "i");

/** What the names of the folders of a level are. */
export type NameKind =
  | "classes"
  | "words"
  | "numbers"
  | "codes"
  | "occasions"
  | "people";

/** The kinds that names alone tell; each pattern is of a whole level. */
const KINDS: readonly (readonly [RegExp, NameKind])[] = [
  [new RegExp(`^(?:${PERSON})[-_ ]?\\d`, "i"), "people"],
  [/^[psu][-_ ]?\d+$/i, "codes"],
  [new RegExp(`^(?:${OCCASION})[-_ ]?\\d`, "i"), "occasions"],
  [/^(?:\d{4}[-_.]?\d\d[-_.]?\d\d|\d\d?[-_.]\d\d?[-_.]\d{4})/, "occasions"],
  [new RegExp(`^(?:${CLASS})(?:[-_ ]|\\d)`, "i"), "classes"],
];

/**
 * Finds the set that a name stands for.
 *
 * @param name Name of a folder, or a word in a list.
 * @returns The set; `undefined` if it is none.
 *
 * @example
 * ```ts
 * import { setNamed } from "./folder_names.ts";
 * if (setNamed("Training") !== "train") throw new Error("expected train");
 * ```
 */
export function setNamed(name: string): SetName | undefined {
  return SETS.find(([pattern]) => pattern.test(name))?.[1];
}

/**
 * Tells what the names of the folders of a level are: numbered people or
 * occasions, dates, codes such as `p01` that are often people, classes (also
 * the ten digits), any other numbers, or words.
 *
 * @param names The names, each once.
 * @returns Their kind; words unless all names are of another one.
 *
 * @example
 * ```ts
 * import { kindOfNames } from "./folder_names.ts";
 * const kind = kindOfNames(["subject01", "subject02"]);
 * if (kind !== "people") throw new Error(kind);
 * ```
 */
export function kindOfNames(names: readonly string[]): NameKind {
  const known = KINDS.find(([pattern]) =>
    names.every((name) => pattern.test(name))
  );
  if (known !== undefined) return known[1];
  if (names.length === 10 && names.every((name) => /^\d$/.test(name))) {
    return "classes";
  }
  const stems = new Set(names.map((name) => name.replaceAll(/\d+/g, "#")));
  return stems.size === 1 && [...stems][0].includes("#") ? "numbers" : "words";
}

/**
 * Finds a numbered person or day in the name of a file.
 *
 * @param name Name of the file.
 * @returns The person or day in lower case; `undefined` if it names none.
 *
 * @example
 * ```ts
 * import { groupInName } from "./folder_names.ts";
 * const group = groupInName("take2_User3.csv");
 * if (group !== "user3") throw new Error(group);
 * ```
 */
export function groupInName(name: string): string | undefined {
  return GROUP.exec(name)?.[0].toLowerCase();
}
