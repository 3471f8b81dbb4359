/**
 * Kinds of values that a configuration may hold. The message of each issue is
 * to be read after the key: `is 0, expected a number above 0`.
 *
 * @module
 */

import * as v from "npm:valibot@1.5.0";
import { nearestName } from "../command_line/nearest_name.ts";

/**
 * Words a value that is not of its kind.
 *
 * @param words The kind, such as `a number above 0`.
 * @returns The message of an issue.
 */
export function expected(
  words: string,
): (issue: { readonly input: unknown }) => string {
  return ({ input }) =>
    input === undefined
      ? `is missing, expected ${words}`
      : `is ${inWords(input)}, expected ${words}`;
}

/** Words a value. */
function inWords(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return value.length > 0 ? "a list" : "empty";
  if (typeof value === "object") return "a section";
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** Words every issue of a kind the same. */
function worded<S extends v.GenericSchema>(words: string, kind: S): S {
  return v.config(kind, { message: expected(words) });
}

/** A number above 0. */
export const positive = worded(
  "a number above 0",
  v.pipe(v.number(), v.finite(), v.gtValue(0)),
);

/** A number such that products of a few of them fit float32. */
export const moderate = worded(
  "a number from 1e-9 to 1e9",
  v.pipe(v.number(), v.minValue(1e-9), v.maxValue(1e9)),
);

/** A number of at least 0. */
export const notNegative = worded(
  "a number of at least 0",
  v.pipe(v.number(), v.finite(), v.minValue(0)),
);

/** A number from 0 to 1. */
export const fraction = worded(
  "a number from 0 to 1",
  v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
);

/** True or false. */
export const flag = v.boolean(expected("True or False"));

/** A file or folder. */
export const path = worded("a path", v.pipe(v.string(), v.nonEmpty()));

/** A whole number of at least 0. */
export const count = worded(
  "a whole number of at least 0",
  v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
);

/** A whole number of at least 1. */
export const countFrom1 = worded(
  "a whole number of at least 1",
  v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
);

/** A seed; the one after it divides the training recordings of the folds. */
export const seed = worded(
  "a whole number from 0 to 4294967294",
  v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32 - 2)),
);

/**
 * Makes a kind of names.
 *
 * @param names The names.
 * @returns One of the names.
 */
export function oneOf<const T extends string>(
  ...names: T[]
): v.GenericSchema<T> {
  return v.picklist(names, expected(names.join(" or ")));
}

/**
 * Makes a kind of values for two directions.
 *
 * @param side What each direction takes.
 * @returns One value for both, or `[height, width]`.
 */
export function pair(
  side: v.GenericSchema<number>,
): v.GenericSchema<number | readonly [number, number]> {
  const sides = v.pipe(
    v.custom<[number, number]>(Array.isArray),
    v.length(
      2,
      ({ input }) => `has ${input.length} entries, expected height and width`,
    ),
    v.strictTuple([side, side]),
  );
  return v.lazy((value) => Array.isArray(value) ? sides : side);
}

/**
 * Makes a kind of lists.
 *
 * @param words The entries, in words.
 * @param entry What each entry is.
 * @param least Entries that it has at least, 0 or 1.
 * @returns The list.
 */
export function list<T>(
  words: string,
  entry: v.GenericSchema<T>,
  least: 0 | 1 = 1,
): v.GenericSchema<readonly T[]> {
  const message = expected(
    `a list of ${words}${least > 0 ? ", at least one" : ""}`,
  );
  return v.pipe(v.array(entry, message), v.minLength(least, message));
}

/**
 * Makes a kind of mappings.
 *
 * @param entries The keys it has, and their values.
 * @returns A mapping with these keys and no others.
 */
export function section<const E extends v.ObjectEntries>(entries: E) {
  const known = Object.keys(entries);
  const keys = v.strictObject(entries, ({ expected, path }) => {
    const key = String(path?.[0].key);
    if (expected === "never") return unknownKey(key, known);
    // Its own kind says what is missing.
    return v.safeParse(entries[key], undefined).issues![0].message;
  });
  const mapping = v.custom<v.InferInput<typeof keys>>(
    isMapping,
    expected(known.join(", ")),
  );
  return v.pipe(mapping, keys, v.readonly());
}

function unknownKey(key: string, known: readonly string[]): string {
  const nearest = nearestName(key, known);
  return nearest
    ? `is not a known key; did you mean "${nearest}"`
    : `is not a known key; known are ${known.join(", ")}`;
}

/**
 * Checks for a mapping, whose keys are names.
 *
 * @param value Any value.
 * @returns Whether it is a mapping, and no list.
 */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
