/**
 * Kinds of values that a configuration may hold, each with the words that tell
 * its user what was expected.
 *
 * @module
 */

import { nearestName } from "../command_line/command.ts";

/** Where in a configuration a value stands. */
export class Place {
  /** The keys that lead to it, outermost first. */
  readonly keys: readonly string[];
  readonly #report: Report;

  /**
   * Starts at the outermost mapping.
   *
   * @param report Is told what is wrong, and throws.
   * @param keys The keys that lead to the value.
   */
  constructor(report: Report, keys: readonly string[] = []) {
    this.#report = report;
    this.keys = keys;
  }

  /**
   * Goes inwards.
   *
   * @param keys The keys to follow.
   * @returns The place they lead to.
   */
  at(...keys: string[]): Place {
    return new Place(this.#report, [...this.keys, ...keys]);
  }

  /**
   * Refuses the value that stands here.
   *
   * @param problem What is wrong with it, to be read after the key.
   */
  fail(problem: string): never {
    return this.#report(this.keys, problem);
  }
}

/** Is told what is wrong with the value that some keys lead to, and throws. */
export type Report = (keys: readonly string[], problem: string) => never;

/** Reads a value, which is `undefined` where its key is missing. */
export type Kind<T> = (value: unknown, place: Place) => T;

/** What values of a kind are. */
export type ValueOf<K extends Kind<unknown>> = ReturnType<K>;

/** The values of a mapping, by the kinds of its keys. */
export type Section<Kinds extends Record<string, Kind<unknown>>> = {
  readonly [Key in keyof Kinds]: ValueOf<Kinds[Key]>;
};

/**
 * Makes a kind of values that pass a test.
 *
 * @param words What passes, for the message about what does not.
 * @param passes The test.
 * @returns The kind.
 */
export function that<T>(
  words: string,
  passes: (value: unknown) => value is T,
): Kind<T> {
  return (value, place) =>
    passes(value) ? value : place.fail(expected(words, value));
}

/** Says that a value is not what was expected. */
function expected(words: string, value: unknown): string {
  return value === undefined
    ? `is missing, expected ${words}`
    : `is ${inWords(value)}, expected ${words}`;
}

/** Words a value. */
function inWords(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return value.length > 0 ? "a list" : "empty";
  if (typeof value === "object") return "a section";
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** A number above 0. */
export const positive: Kind<number> = that(
  "a number above 0",
  (value): value is number => Number.isFinite(value) && Number(value) > 0,
);

/** A number such that what kernels compute of a few of them fits float32. */
export const moderate: Kind<number> = that(
  "a number from 1e-9 to 1e9",
  (value): value is number =>
    typeof value === "number" && value >= 1e-9 && value <= 1e9,
);

/** A number of at least 0. */
export const notNegative: Kind<number> = that(
  "a number of at least 0",
  (value): value is number => Number.isFinite(value) && Number(value) >= 0,
);

/** A number from 0 to 1. */
export const fraction: Kind<number> = that(
  "a number from 0 to 1",
  (value): value is number =>
    typeof value === "number" && value >= 0 && value <= 1,
);

/** True or false. */
export const flag: Kind<boolean> = that(
  "True or False",
  (value) => typeof value === "boolean",
);

/** A file or folder. */
export const path: Kind<string> = that(
  "a path",
  (value): value is string => typeof value === "string" && value !== "",
);

/**
 * Makes a kind of whole numbers.
 *
 * @param least The smallest.
 * @param most The largest.
 * @returns The kind.
 */
export function integer(
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): Kind<number> {
  const range = most === Number.MAX_SAFE_INTEGER
    ? `of at least ${least}`
    : `from ${least} to ${most}`;
  return that(
    `a whole number ${range}`,
    (value): value is number =>
      Number.isInteger(value) && Number(value) >= least &&
      Number(value) <= most,
  );
}

/**
 * Makes a kind of names.
 *
 * @param names The names.
 * @returns One of the names.
 */
export function oneOf<const T extends string>(...names: T[]): Kind<T> {
  return that(
    names.join(" or "),
    (value): value is T => names.includes(value as T),
  );
}

/**
 * Makes a kind with a single value, where users may know others.
 *
 * @param supported The value.
 * @param others Values that mean something to a user, but not here.
 * @returns The kind.
 */
export function only<const T extends string | boolean>(
  supported: T,
  others: readonly (string | boolean)[] = [],
): Kind<T> {
  const kind = that(
    String(supported),
    (value): value is T => value === supported,
  );
  return (value, place) =>
    others.includes(value as string | boolean)
      ? place.fail(
        `is ${inWords(value)}, which is not supported; use ${supported}`,
      )
      : kind(value, place);
}

/**
 * Makes a kind of values for two directions.
 *
 * @param side What each direction takes.
 * @returns One value for both, or `[height, width]`.
 */
export function pair(
  side: Kind<number>,
): Kind<number | readonly [number, number]> {
  return (value, place) => {
    if (!Array.isArray(value)) return side(value, place);
    if (value.length !== 2) {
      place.fail(`has ${value.length} entries, expected height and width`);
    }
    const [height, width] = value;
    return [side(height, place.at("0")), side(width, place.at("1"))];
  };
}

/**
 * Makes a kind of lists.
 *
 * @param words The entries, in words.
 * @param kind What each entry is.
 * @param least Entries that it has at least, 0 or 1.
 * @returns The list.
 */
export function list<T>(
  words: string,
  kind: Kind<T>,
  least: 0 | 1 = 1,
): Kind<readonly T[]> {
  const entries = that(
    `a list of ${words}${least > 0 ? ", at least one" : ""}`,
    (value): value is unknown[] =>
      Array.isArray(value) && value.length >= least,
  );
  return (value, place) =>
    entries(value, place).map((entry, index) =>
      kind(entry, place.at(String(index)))
    );
}

/**
 * Lets a key be left out.
 *
 * @param kind What its value is otherwise.
 * @param value What it stands for when it is left out.
 * @returns The kind.
 */
export function optional<T>(kind: Kind<T>, value: T): Kind<T>;
/**
 * Lets a key be left out.
 *
 * @param kind What its value is otherwise.
 * @returns The kind, whose value is `undefined` when it is left out.
 */
export function optional<T>(kind: Kind<T>): Kind<T | undefined>;
export function optional<T>(kind: Kind<T>, value?: T): Kind<T | undefined> {
  return (given, place) => given === undefined ? value : kind(given, place);
}

/**
 * Makes a kind of mappings. One that is missing is an empty one.
 *
 * @param kinds The keys it has, and their values.
 * @param removed Keys it had in earlier versions, and what holds instead.
 * @returns A mapping with these keys and no others.
 */
export function section<Kinds extends Record<string, Kind<unknown>>>(
  kinds: Kinds,
  removed: Readonly<Record<string, string>> = {},
): Kind<Section<Kinds>> {
  const known = Object.keys(kinds);
  const mapping = that(known.join(", "), isMapping);
  return (value, place) => {
    const given = value === undefined ? {} : mapping(value, place);
    const unknown = Object.keys(given).find((key) => !known.includes(key));
    if (unknown !== undefined && Object.hasOwn(removed, unknown)) {
      place.at(unknown)
        .fail(`was removed: ${removed[unknown]}; delete the line`);
    }
    if (unknown !== undefined) {
      const nearest = nearestName(unknown, known);
      place.at(unknown).fail(
        nearest
          ? `is not a known key; did you mean "${nearest}"`
          : `is not a known key; known are ${known.join(", ")}`,
      );
    }
    const entries = known.map((key) => [
      key,
      kinds[key](given[key], place.at(key)),
    ]);
    return Object.fromEntries(entries.filter(([, v]) => v !== undefined));
  };
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
