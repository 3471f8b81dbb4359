/**
 * Columns of tables: which is x, y, t or p, by its name or by its values.
 *
 * @module
 */

import type { TimeUnit } from "../reading/format.ts";

/** The quantity in a column. */
export type Axis = "x" | "y" | "t" | "p";

/** A column of a table that belongs to an event. */
export interface NamedColumn {
  /** The quantity. */
  readonly axis: Axis;
  /** Unit of time that its name has. */
  readonly unit?: TimeUnit;
}

/** µs in a unit of time. */
export const UNIT_US: Readonly<Record<TimeUnit, number>> = {
  s: 1e6,
  ms: 1e3,
  us: 1,
  ns: 1e-3,
};

/** Units of time, from the longest. */
export const TIME_UNITS: readonly TimeUnit[] = ["s", "ms", "us", "ns"];

/** Names of columns, in lower case and without unit. */
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

/** Units in names of columns. */
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

/** Share of times that may be earlier than the one before. */
const MOST_FALLS = 0.1;

/** Times of so many units are no µs: those of today's clocks, in ns. */
const LEAST_CLOCK_NS = 1e17;

/**
 * Tells what a column holds by its name: `x`, `Timestamp`, `t_us`, `time [ms]`.
 *
 * @param name The name.
 * @returns The quantity and its unit; `undefined` if it is none of an event's.
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
 * Tells the unit of time in a column's name, whatever its language.
 *
 * @param name The name, such as `Zeit [ms]` or `t_us`.
 * @returns The unit, if it has one.
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
 * Tells what columns without names hold, by the values of their first rows: p
 * is the last that has −1, 0 and 1 only; t never falls, and has fractions
 * or rises the highest; if all others fall, it is the highest if that does
 * seldom; x comes before y.
 *
 * @param columns Values of the columns, of the same rows.
 * @param axesOfPixel 2 for x and y, 1 for x alone.
 * @returns The quantity of each column; `undefined` where the values do not tell.
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
  axesOfPixel: 1 | 2 = 2,
): Axis[] | undefined {
  const polarity = columns.findLastIndex((values) =>
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
    columns.length !== axesOfPixel + 2 || polarity < 0 || time === undefined ||
    !pixels.every((i) => columns[i].every(isPixel))
  ) return undefined;
  const axes: Axis[] = [];
  axes[polarity] = "p";
  axes[time] = "t";
  for (const [n, i] of pixels.entries()) axes[i] = n === 0 ? "x" : "y";
  return axes;
}

/** Counts values that are less than the one before them. */
function fallsIn(values: readonly number[]): number {
  return values.reduce(
    (sum, value, i) => sum + Number(value < values[i - 1]),
    0,
  );
}

/**
 * Says in the name of a format which unit its times are in.
 *
 * @param unit The unit.
 * @param guessed Whether neither the file nor the user tells it.
 * @returns Words that `guessedUnitOf()` finds again.
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
 * Finds the unit of times that was guessed.
 *
 * @param format Name of a recording's format, as its reader gives it.
 * @returns The unit; `undefined` if it was told, or is the format's own.
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
 * Writes a unit of time as people do.
 *
 * @param unit The unit.
 * @returns Its sign.
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
 * Chooses the unit of times that nothing names.
 *
 * @param times Times of the first events.
 * @returns Seconds where any has a fraction; ns where one is that of a clock
 *   which counts ns since 1970; else µs.
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
