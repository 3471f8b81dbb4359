/**
 * Columns of CSV files that list recordings.
 *
 * @module
 */

import { columnNamed as eventColumn } from "../formats/tables/column_names.ts";

/** Columns by name, without separators between words. */
const COLUMNS: Readonly<Record<string, string>> = {
  file: "file",
  filename: "file",
  path: "file",
  recording: "file",
  label: "label",
  class: "label",
  start: "startus",
  startus: "startus",
  startusec: "startus",
  starttimeusec: "startus",
  end: "endus",
  endus: "endus",
  endusec: "endus",
  endtimeusec: "endus",
  startms: "startms",
  endms: "endms",
  starts: "starts",
  ends: "ends",
  startevent: "startevent",
  startevents: "startevent",
  endevent: "endevent",
  endevents: "endevent",
  group: "group",
  split: "split",
  set: "split",
};

/** Description of the columns for messages. */
const KNOWN = "a list has the columns file and label, and maybe start and " +
  "end (or start_ms and end_ms, start_s and end_s, start_event and " +
  "end_event), group, and split";

/** Required columns. */
const NEEDED = ["file", "label"];

/**
 * Pairs of columns that define a part: start, end, unit, and factor to that
 * unit.
 */
export const PARTS = [
  ["startus", "endus", "us", 1],
  ["startms", "endms", "us", 1000],
  ["starts", "ends", "us", 1e6],
  ["startevent", "endevent", "events", 1],
] as const;

/** Minimum length of a name that is checked for misspelling. */
const LEAST_LETTERS = 4;

/**
 * Finds the column that a name means.
 *
 * @param name Column name in the first line of a list.
 * @returns The column; `undefined` if it is not known.
 *
 * @example
 * ```ts
 * import { columnNamed } from "./list_columns.ts";
 * if (columnNamed("Start [ms]") !== "startms") throw new Error("misread");
 * ```
 */
export function columnNamed(name: string): string | undefined {
  const plain = plainName(name);
  return Object.hasOwn(COLUMNS, plain) ? COLUMNS[plain] : undefined;
}

function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_\-().[\]]/g, "").replace("µ", "u");
}

/**
 * Tells by its first line whether a table is a list of recordings. One required
 * column may be misspelled.
 *
 * @param names Column names in the first line.
 * @returns Whether it has both required columns, at least one of them correctly
 *   spelled.
 *
 * @example
 * ```ts
 * import { isListHeader } from "./list_columns.ts";
 * if (!isListHeader(["file", "lable"])) throw new Error("expected a list");
 * if (isListHeader(["t", "x", "y", "p"])) throw new Error("it is a recording");
 * ```
 */
export function isListHeader(names: readonly string[]): boolean {
  const columns = names.map(columnNamed);
  return NEEDED.some((needed) => columns.includes(needed)) &&
    NEEDED.every((needed) =>
      columns.includes(needed) ||
      names.some((name) => nearestTo(name)?.column === needed)
    );
}

/**
 * Tells by its first line whether a table may be meant as a list.
 *
 * @param names Column names in the first line.
 * @returns Whether it has one of the required columns and is not a table of
 *   events.
 *
 * @example
 * ```ts
 * import { mayBeListHeader } from "./list_columns.ts";
 * if (!mayBeListHeader(["file", "gesture"])) throw new Error("expected so");
 * ```
 */
export function mayBeListHeader(names: readonly string[]): boolean {
  const axes = new Set(names.map((name) => eventColumn(name)?.axis));
  axes.delete(undefined);
  return axes.size < 3 &&
    names.some((name) => NEEDED.includes(columnNamed(name) ?? ""));
}

/**
 * Finds what is wrong with the columns of a list.
 *
 * @param names Column names in the first line.
 * @returns Description of the first problem, with a suggested name; `undefined`
 *   if there is none. Unknown columns are allowed.
 *
 * @example
 * ```ts
 * import { wrongColumn } from "./list_columns.ts";
 * const problem = wrongColumn(["file", "lable"]);
 * if (!problem?.includes('did you mean "label"')) throw new Error(problem);
 * ```
 */
export function wrongColumn(names: readonly string[]): string | undefined {
  const columns = names.map(columnNamed);
  for (const [n, name] of names.entries()) {
    const nearest = columns[n] === undefined ? nearestTo(name) : undefined;
    if (nearest !== undefined && !columns.includes(nearest.column)) {
      return `column "${name}" is not known: did you mean ` +
        `"${nearest.name}"; ${KNOWN}`;
    }
  }
  const missing = NEEDED.find((needed) => !columns.includes(needed));
  if (missing !== undefined) {
    return `it has no column ${missing}, but ${names.join(", ")}; ${KNOWN}`;
  }
  const sides = PARTS.flatMap(([start, end]) => [[start, end], [end, start]]);
  for (const [one, other] of sides) {
    if (!columns.includes(one) || columns.includes(other)) continue;
    return `column "${names[columns.indexOf(one)]}" has no partner of the ` +
      `same unit; ${KNOWN}`;
  }
}

/**
 * Finds columns that may contain people or sessions, in a list without groups.
 *
 * @param names Column names in the first line.
 * @returns One line for each, which suggests the name `group`.
 *
 * @example
 * ```ts
 * import { unusedPeople } from "./list_columns.ts";
 * const [line] = unusedPeople(["File", "Label", "Person"]);
 * if (!line.startsWith("column Person is not used")) throw new Error(line);
 * ```
 */
export function unusedPeople(names: readonly string[]): string[] {
  if (names.map(columnNamed).includes("group")) return [];
  return names.filter((name) => PEOPLE.test(plainName(name))).map((name) =>
    `column ${name} is not used; name it group to keep people apart`
  );
}

/** Column names of people and sessions. */
const PEOPLE =
  /^(person|people|subject|subj|user|signer|speaker|participant|actor|session|day)(id|s)?$/;

/** Finds a known column name that differs from a name by one typing error. */
function nearestTo(
  name: string,
): { readonly name: string; readonly column: string } | undefined {
  const plain = plainName(name);
  if (plain.length < LEAST_LETTERS || Object.hasOwn(COLUMNS, plain)) return;
  const found = Object.keys(COLUMNS).find((known) => isSlip(plain, known));
  return found === undefined
    ? undefined
    : { name: found, column: COLUMNS[found] };
}

/**
 * Tells whether two words differ by one inserted, deleted or replaced letter,
 * or by two transposed letters.
 */
function isSlip(a: string, b: string): boolean {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start++;
  let end = 0;
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const [one, other] = [a, b].map((word) =>
    word.slice(start, word.length - end)
  );
  return Math.max(one.length, other.length) === 1 ||
    (one.length === 2 && one === other[1] + other[0]);
}
