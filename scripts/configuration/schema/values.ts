/**
 * Schemas of the values of a configuration. Their messages follow the key in an
 * error: `is 0, expected a number above 0`.
 *
 * @module
 */

import * as v from "npm:valibot@1.5.0";
import { findSimilar } from "npm:@optique/core@1.3.6/suggestion";

/**
 * Makes the error message of a schema.
 *
 * @param words The values that fit, such as `a number above 0`.
 * @returns Function from the refused value to the message.
 */
export function expected(
  words: string,
): (issue: { readonly input: unknown }) => string {
  return ({ input }) =>
    input === undefined
      ? `is missing, expected ${words}`
      : `is ${inWords(input)}, expected ${words}`;
}

/** Describes a value in a message. */
function inWords(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return value.length > 0 ? "a list" : "empty";
  if (typeof value === "object") return "a section";
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/**
 * Gives every issue of a schema the same message.
 *
 * @param words The values that fit, as messages name them.
 * @param kind The schema.
 * @returns The schema with that message.
 */
export function worded<S extends v.GenericSchema>(words: string, kind: S): S {
  return v.config(kind, { message: expected(words) });
}

/** A number above 0. */
export const positive = worded(
  "a number above 0",
  v.pipe(v.number(), v.finite(), v.gtValue(0)),
);

/** A number from 1e-9 to 1e9, so that products of a few fit float32. */
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

/** Name of a class. */
export const className = worded(
  "a class name, numbers in quotes",
  v.pipe(v.string(), v.nonEmpty()),
);

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

/** A seed; seed + 1, which splits off validation recordings, fits 32 bits. */
export const seed = worded(
  "a whole number from 0 to 4294967294",
  v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32 - 2)),
);

/**
 * Makes the schema of a choice between names.
 *
 * @param names The names.
 * @returns The schema of one of the names.
 */
export function oneOf<const T extends string>(
  ...names: T[]
): v.GenericSchema<T> {
  return v.picklist(names, expected(names.join(" or ")));
}

/**
 * Makes the schema of a height and width.
 *
 * @param side Schema of the value along one axis.
 * @returns The schema of one value for both axes, or of `[height, width]`.
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
 * Makes the schema of a list.
 *
 * @param words The entries, as messages name them.
 * @param entry Schema of each entry.
 * @param least Smallest number of entries, 0 or 1.
 * @returns The schema of the list.
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
 * Makes the schema of a section, a mapping with known keys.
 *
 * @param entries Schema of each key's value.
 * @returns The schema of a mapping with these keys and no others.
 */
export function section<const E extends v.ObjectEntries>(entries: E) {
  const known = Object.keys(entries);
  const keys = v.strictObject(entries, ({ expected, path }) => {
    const key = String(path?.[0].key);
    if (expected === "never") return unknownKey(key, known);
    // A missing key has the message that its own schema gives for `undefined`.
    return v.safeParse(entries[key], undefined).issues![0].message;
  });
  const mapping = v.custom<v.InferInput<typeof keys>>(
    isMapping,
    expected(known.join(", ")),
  );
  return v.pipe(mapping, keys, v.readonly());
}

/** Keys of other programs, and the keys here for the same. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  // The layers of slayerPytorch's `auto`.
  layer: "network",
};

function unknownKey(key: string, known: readonly string[]): string {
  const other = Object.hasOwn(OTHER_NAMES, key) ? OTHER_NAMES[key] : "";
  const [nearest] = known.includes(other) ? [other] : findSimilar(key, known);
  return nearest
    ? `is not a known key; did you mean "${nearest}"`
    : `is not a known key; known are ${known.join(", ")}`;
}

/**
 * Tests whether a value is a mapping.
 *
 * @param value Any value.
 * @returns Whether the value is a mapping, and not a list or `null`.
 */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
