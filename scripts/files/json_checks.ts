/**
 * Checks of the types and ranges of values from JSON files.
 *
 * @module
 */

/**
 * Checks a value that the file has under a key, and returns the problem, such
 * as `"seconds" is no number`; `undefined` if the value is right.
 */
export type Check = (value: unknown, key: string) => string | undefined;

function checkOf(is: (value: unknown) => boolean, otherwise: string): Check {
  return (value, key) =>
    is(value) ? undefined : `${key ? `"${key}"` : "it"} is ${otherwise}`;
}

/** Checks for a finite number. */
export const NUMBER = checkOf(Number.isFinite, "no number");

/** Checks for a number or `null`, which JSON writes for NaN and infinity. */
export const FIGURE = checkOf(
  (value) => value === null || typeof value === "number",
  "no number",
);

/** Checks for a whole number of at least 0. */
export const WHOLE = checkOf(
  (value) => Number.isSafeInteger(value) && Number(value) >= 0,
  "no whole number",
);

/** Checks for a text. */
export const TEXT = checkOf((value) => typeof value === "string", "no text");

/** Checks for `true` or `false`. */
export const FLAG = checkOf(
  (value) => typeof value === "boolean",
  "neither true nor false",
);

/**
 * Makes a check for one of several texts.
 *
 * @param texts The texts that are allowed.
 * @returns The check.
 */
export function oneOf(...texts: readonly string[]): Check {
  return checkOf(
    (value) => texts.some((text) => text === value),
    `none of ${texts.join(", ")}`,
  );
}

/**
 * Makes a check that also accepts a missing value.
 *
 * @param check Checks a value that is not missing.
 * @returns The check.
 */
export function optional(check: Check): Check {
  return (value, key) => value === undefined ? undefined : check(value, key);
}

/**
 * Makes a check that also accepts `null`.
 *
 * @param check Checks a value that is not `null`.
 * @returns The check.
 */
export function nullable(check: Check): Check {
  return (value, key) => value === null ? undefined : check(value, key);
}

/**
 * Makes a check for a list.
 *
 * @param check Checks each entry.
 * @param options Word for the entries in messages, and their largest number.
 * @returns The check.
 */
export function listOf(
  check: Check,
  { name, most = Infinity }: { readonly name: string; readonly most?: number },
): Check {
  return checkOf(
    (value) =>
      Array.isArray(value) && value.length <= most &&
      value.every((entry) => check(entry, "") === undefined),
    `no list of ${name}` + (most < Infinity ? `, ${most} at most` : ""),
  );
}

/**
 * Makes a check for an object whose keys are arbitrary names.
 *
 * @param check Checks each value.
 * @param options Word for the object in messages, and its largest number of
 * keys.
 * @returns The check.
 */
export function tableOf(
  check: Check,
  { name, most }: { readonly name: string; readonly most: number },
): Check {
  const entries = listOf(check, { name, most });
  return checkOf(
    (value) =>
      isObject(value) && entries(Object.values(value), "") === undefined,
    `no ${name}, ${most} at most`,
  );
}

/**
 * Makes a check for an object with certain keys.
 *
 * @param fields Check of the value of each key.
 * @param others Check of the values of all other keys; without it, any value is
 * accepted there.
 * @returns The check.
 */
export function objectOf(
  fields: Readonly<Record<string, Check>>,
  others?: Check,
): Check {
  return (value, key) => {
    if (!isObject(value)) return checkOf(isObject, "no object")(value, key);
    const inner = (name: string) => key ? `${key}.${name}` : name;
    const checked = [
      ...Object.entries(fields),
      ...Object.keys(others ? value : {})
        .filter((name) => !Object.hasOwn(fields, name))
        .map((name) => [name, others!] as const),
    ];
    for (const [name, check] of checked) {
      const own = Object.hasOwn(value, name) ? value[name] : undefined;
      const problem = check(own, inner(name));
      if (problem !== undefined) return problem;
    }
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
