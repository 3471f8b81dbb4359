/**
 * Whether values that come from JSON files are what they should be.
 *
 * @module
 */

/**
 * Says what is wrong with a value, such as `"seconds" is no number`;
 * `undefined` if nothing is. The key is where the file has it.
 */
export type Check = (value: unknown, key: string) => string | undefined;

function checkOf(is: (value: unknown) => boolean, otherwise: string): Check {
  return (value, key) =>
    is(value) ? undefined : `${key ? `"${key}"` : "it"} is ${otherwise}`;
}

/** A number. */
export const NUMBER = checkOf(Number.isFinite, "no number");

/** A number, or `null`, which JSON has for one that is not finite. */
export const FIGURE = checkOf(
  (value) => value === null || typeof value === "number",
  "no number",
);

/** 0, 1, 2 … */
export const WHOLE = checkOf(
  (value) => Number.isSafeInteger(value) && Number(value) >= 0,
  "no whole number",
);

/** A text. */
export const TEXT = checkOf((value) => typeof value === "string", "no text");

/** `true` or `false`. */
export const FLAG = checkOf(
  (value) => typeof value === "boolean",
  "neither true nor false",
);

/**
 * Checks for one of some texts.
 *
 * @param texts The texts.
 * @returns The check.
 */
export function oneOf(...texts: readonly string[]): Check {
  return checkOf(
    (value) => texts.some((text) => text === value),
    `none of ${texts.join(", ")}`,
  );
}

/**
 * Accepts that there is no value.
 *
 * @param check Checks one that is there.
 * @returns The check.
 */
export function optional(check: Check): Check {
  return (value, key) => value === undefined ? undefined : check(value, key);
}

/**
 * Accepts `null` in the place of a value.
 *
 * @param check Checks another.
 * @returns The check.
 */
export function nullable(check: Check): Check {
  return (value, key) => value === null ? undefined : check(value, key);
}

/**
 * Checks a list.
 *
 * @param check Checks each entry.
 * @param options What entries are called together, and how many there may be.
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
 * Checks an object whose keys are names.
 *
 * @param check Checks each value.
 * @param options What keys and values are called together, and how many there
 * may be.
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
 * Checks an object with certain keys.
 *
 * @param fields Checks the value of each key.
 * @param others Checks the values of all other keys, if they matter.
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
