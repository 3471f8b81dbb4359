/**
 * Recognition of the columns x, y, t and p of tables, by name or by values.
 *
 * @module
 */

import type { TimeUnit } from "../reading/format.ts";

/** Quantity in a column. */
export type Axis = "x" | "y" | "t" | "p";

/** Meaning of an event column's name. */
export interface NamedColumn {
  /** Quantity in the column. */
  readonly axis: Axis;
  /** Unit of time in its name. */
  readonly unit?: TimeUnit;
}

/** All quantities of an event. */
export const AXES: readonly Axis[] = ["x", "y", "t", "p"];

/** Units of time in µs. */
export const UNIT_US: Readonly<Record<TimeUnit, number>> = {
  s: 1e6,
  ms: 1e3,
  us: 1,
  ns: 1e-3,
};

/** Units of time in descending order. */
export const TIME_UNITS: readonly TimeUnit[] = ["s", "ms", "us", "ns"];

/** Column names, in lower case and without unit. */
const NAMES: Readonly<Record<string, Axis>> = {
  x: "x",
  col: "x",
  column: "x",
  y: "y",
  row: "y",
  t: "t",
  ts: "t",
  time: "t",
  times: "t",
  timestamp: "t",
  timestamps: "t",
  p: "p",
  pol: "p",
  polarity: "p",
  on: "p",
};

/** Names of the pixels of a sensor in one row, such as a cochlea's. */
const CHANNEL_NAME = /^\W*(?:channel|unit|neuron)s?\W*$/i;

/** Units in column names. */
const UNITS: Readonly<Record<string, TimeUnit>> = {
  s: "s",
  sec: "s",
  seconds: "s",
  ms: "ms",
  msec: "ms",
  milliseconds: "ms",
  us: "us",
  usec: "us",
  microseconds: "us",
  "µs": "us",
  "μs": "us",
  ns: "ns",
  nsec: "ns",
  nanoseconds: "ns",
};

/** Maximum share of times that are earlier than the preceding one. */
const MOST_FALLS = 0.1;

/**
 * Smallest time that is taken for ns since 1970: in µs it would be thousands of
 * years.
 */
const LEAST_CLOCK_NS = 1e17;

/**
 * Finds the quantity in a column by its name, such as `x`, `Timestamp`, `t_us`
 * or `time [ms]`.
 *
 * @param name The name.
 * @returns The quantity and its unit; `undefined` if it is not known.
 *
 * @example
 * ```ts
 * import { columnNamed } from "./column_names.ts";
 * const column = columnNamed("Time [ms]");
 * if (column?.axis !== "t" || column.unit !== "ms") throw new Error("misread");
 * ```
 */
export function columnNamed(name: string): NamedColumn | undefined {
  const [, base, suffix] =
    /^\W*([a-z]+)(?:[\s_]*[([]?([a-zµμ]+)[)\]]?)?\W*$/.exec(
      name.toLowerCase(),
    ) ?? [];
  if (base === undefined || !Object.hasOwn(NAMES, base)) return undefined;
  const axis = NAMES[base];
  if (suffix === undefined) return { axis };
  if (axis !== "t" || !Object.hasOwn(UNITS, suffix)) return undefined;
  return { axis, unit: UNITS[suffix] };
}

/**
 * Finds the columns of a table of events by their names.
 *
 * @param names Names of all columns. A sensor in one row has pixels x, or a
 *   column such as `channel` or `unit`.
 * @returns The quantity in each column; `undefined` if it is not known.
 *
 * @example
 * ```ts
 * import { columnsNamed } from "./column_names.ts";
 * const axes = columnsNamed(["time", "channel"]).map((found) => found?.axis);
 * if (axes.join() !== "t,x") throw new Error(`${axes}`);
 * ```
 */
export function columnsNamed(
  names: readonly string[],
): (NamedColumn | undefined)[] {
  const found = names.map(columnNamed);
  const hasPixels = found.some((column) =>
    column?.axis === "x" || column?.axis === "y"
  );
  if (hasPixels) return found;
  return names.map((name, i) =>
    found[i] ?? (CHANNEL_NAME.test(name) ? { axis: "x" } : undefined)
  );
}

/**
 * Tells whether names are those of a table of events: each of x, y, t and p
 * once, or x and t, and p at most once, of a sensor in one row. There x must
 * be called a channel if another column is unknown, which may be y.
 *
 * @param names Names of all columns.
 * @returns Whether the table can be read by these names.
 *
 * @example
 * ```ts
 * import { areEventColumns } from "./column_names.ts";
 * if (!areEventColumns(["t", "x"]) || areEventColumns(["t", "x", "Zeile"])) {
 *   throw new Error("expected y to be needed");
 * }
 * ```
 */
export function areEventColumns(names: readonly string[]): boolean {
  const axes = columnsNamed(names).map((column) => column?.axis);
  const [x, y, t, p] = AXES.map((axis) =>
    axes.filter((found) => found === axis).length
  );
  if (x !== 1 || t !== 1) return false;
  if (y > 0) return y === 1 && p === 1;
  const isChannel = CHANNEL_NAME.test(names[axes.indexOf("x")]);
  return p <= 1 && (isChannel || !axes.includes(undefined));
}

/**
 * Finds the unit of time in a column's name, in any language.
 *
 * @param name The name, such as `Zeit [ms]` or `t_us`.
 * @returns The unit, if there is one.
 *
 * @example
 * ```ts
 * import { unitNamed } from "./column_names.ts";
 * if (unitNamed("Zeit [ms]") !== "ms") throw new Error("misread");
 * ```
 */
export function unitNamed(name: string): TimeUnit | undefined {
  const [, word = ""] = /[\s_([]([a-zµμ]+)[)\]]?\W*$/.exec(
    name.toLowerCase(),
  ) ?? [];
  return Object.hasOwn(UNITS, word) ? UNITS[word] : undefined;
}

/**
 * Finds the quantities in nameless columns by the values of their first rows: p
 * is the last column with only −1, 0 and 1; t is non-decreasing and has
 * fractions or the largest final value, or has the largest final value and
 * rarely decreases if all columns do; x precedes y. Three columns have no y,
 * two neither y nor p.
 *
 * @param columns Values of the columns in the same rows.
 * @returns The quantity in each column; `undefined` if the values are
 *   ambiguous.
 *
 * @example
 * ```ts
 * import { guessColumns } from "./column_names.ts";
 * const axes = guessColumns([[5, 6], [7, 3], [0, 1000], [1, 0]]);
 * if (axes?.join("") !== "xytp") throw new Error(`${axes}`);
 * ```
 */
export function guessColumns(
  columns: readonly (readonly number[])[],
): Axis[] | undefined {
  const polarity = columns.length === 2
    ? -1
    : columns.findLastIndex((values) =>
      values.every((value) => value === 0 || value === 1 || value === -1)
    );
  const others = [...columns.keys()].filter((i) => i !== polarity);
  const last = (i: number) =>
    columns[i].some(hasFraction) ? Infinity : columns[i].at(-1) ?? 0;
  const highest = others.toSorted((a, b) => last(b) - last(a));
  const time = highest.find((i) => fallsIn(columns[i]) === 0) ??
    highest.slice(0, 1)
      .find((i) => fallsIn(columns[i]) < MOST_FALLS * columns[i].length);
  const pixels = others.filter((i) => i !== time);
  const isPixel = (value: number) => Number.isInteger(value) && value >= 0;
  if (
    columns.length < 2 || columns.length > AXES.length ||
    (columns.length > 2 && polarity < 0) || time === undefined ||
    !pixels.every((i) => columns[i].every(isPixel))
  ) return undefined;
  const axes: Axis[] = [];
  if (polarity >= 0) axes[polarity] = "p";
  axes[time] = "t";
  for (const [n, i] of pixels.entries()) axes[i] = n === 0 ? "x" : "y";
  return axes;
}

/** Counts values that are less than the preceding one. */
function fallsIn(values: readonly number[]): number {
  return values.reduce(
    (sum, value, i) => sum + Number(value < values[i - 1]),
    0,
  );
}

/**
 * Formats the unit of times for the name of a format.
 *
 * @param unit The unit.
 * @param guessed Whether neither the file nor the user specifies it.
 * @returns Words that `guessedUnitOf()` recognises.
 *
 * @example
 * ```ts
 * import { timeIn } from "./column_names.ts";
 * if (timeIn("us", true) !== "time in µs, as guessed") throw new Error();
 * ```
 */
export function timeIn(unit: TimeUnit, guessed: boolean): string {
  return `time in ${shownUnit(unit)}${guessed ? ", as guessed" : ""}`;
}

/**
 * Finds a guessed unit of time in the name of a format.
 *
 * @param format Name of a recording's format, from its reader.
 * @returns The unit; `undefined` if it was not guessed.
 *
 * @example
 * ```ts
 * import { guessedUnitOf, timeIn } from "./column_names.ts";
 * if (guessedUnitOf(`text, ${timeIn("us", true)}`) !== "us") throw new Error();
 * ```
 */
export function guessedUnitOf(format: string): TimeUnit | undefined {
  return TIME_UNITS.find((unit) => format.endsWith(timeIn(unit, true)));
}

/**
 * Formats a unit of time for display.
 *
 * @param unit The unit.
 * @returns Its symbol.
 *
 * @example
 * ```ts
 * import { shownUnit } from "./column_names.ts";
 * if (shownUnit("us") !== "µs") throw new Error("expected µs");
 * ```
 */
export function shownUnit(unit: TimeUnit): string {
  return unit === "us" ? "µs" : unit;
}

/**
 * Guesses the unit of times that is not specified.
 *
 * @param times Times of the first events.
 * @returns Seconds if any time has a fraction; ns if one is as large as ns
 *   since 1970; otherwise µs.
 *
 * @example
 * ```ts
 * import { guessUnit } from "./column_names.ts";
 * if (guessUnit([0, 0.25]) !== "s") throw new Error("expected seconds");
 * ```
 */
export function guessUnit(times: readonly number[]): TimeUnit {
  const finite = times.filter(Number.isFinite);
  if (finite.some(hasFraction)) return "s";
  return finite.some((time) => time >= LEAST_CLOCK_NS) ? "ns" : "us";
}

function hasFraction(value: number): boolean {
  return Number.isFinite(value) && !Number.isInteger(value);
}
