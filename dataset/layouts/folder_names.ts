/**
 * Meaning of folder names: sets, people, occasions or classes.
 *
 * @module
 */

import type { SetName } from "./layout.ts";

/** Sets by common folder names. */
const SETS: readonly (readonly [RegExp, SetName])[] = [
  [/^train(ing)?$/i, "train"],
  [/^(val|valid|validation|dev)$/i, "validation"],
  [/^(test|testing|eval|evaluation)$/i, "test"],
];

/** Words for people that precede a number. */
const PERSON = "user|person|people|subject|subj|sub|signer|speaker|" +
  "participant|actor|volunteer|proband|patient";

/** Words for occasions that precede a number. */
const OCCASION =
  "session|sess|ses|day|date|week|visit|trial|take|run|rec|recording";

/** Words for classes that precede a number or a name. */
const CLASS = "class|gesture|sign|digit|letter|word|action|activity|motion|" +
  "movement|label|category|object|emotion";

/** Words for parts, sides, views and conditions of recordings. */
const ASPECT =
  "sample|file|clip|part|data|events|video|left|right|front|back|" +
  "side|top|near|far|slow|fast|bright|dark|light|indoor|outdoor|cam|camera|" +
  "view|hand|new|old";

/** Words that are no names. */
const KNOWN = new RegExp(
  `^(?:${PERSON}|${OCCASION}|${CLASS}|${ASPECT})$`,
  "i",
);

/** Numbered people, sessions and days anywhere in a file name. */
const GROUP = new RegExp(`(?:${PERSON}|session|day)[-_ ]?\\d+`, "i");

/** A code such as `P1`, which is often that of a person. */
const CODE = "[psu][-_ ]?\\d+";

/** A code at the start of a file name, before another part of it. */
const CODE_FIRST = new RegExp(`^(${CODE})[-_ ]`, "i");

/** Kind of the folder names of a level. */
export type NameKind =
  | "classes"
  | "words"
  | "numbers"
  | "codes"
  | "occasions"
  | "people";

/** Kinds with patterns, which all names of a level must match. */
const KINDS: readonly (readonly [RegExp, NameKind])[] = [
  [new RegExp(`^(?:${PERSON})[-_ ]?\\d`, "i"), "people"],
  [new RegExp(`^${CODE}$`, "i"), "codes"],
  [new RegExp(`^(?:${OCCASION})[-_ ]?\\d`, "i"), "occasions"],
  [/^(?:\d{4}[-_.]?\d\d[-_.]?\d\d|\d\d?[-_.]\d\d?[-_.]\d{4})/, "occasions"],
  [new RegExp(`^(?:${CLASS})(?:[-_ ]|\\d)`, "i"), "classes"],
];

/**
 * Finds the set that a name means.
 *
 * @param name Name of a folder, or a word in a list.
 * @returns The set; `undefined` if it is not the name of one.
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
 * Classifies the folder names of a level: numbered people, occasions (numbered
 * or dates), codes such as `p01` that are often people, classes (including the
 * ten digits), other numbers, or words.
 *
 * @param names The distinct names.
 * @returns Their common kind, or `"words"` if there is none.
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
 * Tells whether a word is that of sets, people, occasions, classes, sides or
 * conditions in general, rather than the name of one.
 *
 * @param word The word.
 * @returns Whether it is one of these words.
 *
 * @example
 * ```ts
 * import { isKnownWord } from "./folder_names.ts";
 * if (!isKnownWord("Take") || isKnownWord("ann")) throw new Error("?");
 * ```
 */
export function isKnownWord(word: string): boolean {
  return KNOWN.test(word) || setNamed(word) !== undefined;
}

/**
 * Finds a numbered person, session or day in a file name.
 *
 * @param name The file name.
 * @returns The person, session or day in lower case; `undefined` if there is
 *   none.
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

/**
 * Finds a code such as `P1` at the start of a file name, before another part of
 * it.
 *
 * @param name The file name.
 * @returns The code in lower case; `undefined` if there is none.
 *
 * @example
 * ```ts
 * import { codeInName } from "./folder_names.ts";
 * const code = codeInName("P1_2.csv");
 * if (code !== "p1") throw new Error(code);
 * ```
 */
export function codeInName(name: string): string | undefined {
  return CODE_FIRST.exec(name)?.[1].toLowerCase();
}
