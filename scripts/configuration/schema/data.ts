/**
 * The section `data` of a configuration: recordings of any layout, in any
 * folder.
 *
 * @module
 */

import * as v from "npm:valibot@1.5.0";
import { LAYOUT_NAMES } from "../../../dataset/layouts/layout.ts";
import { expected, list, oneOf, path, section, worded } from "./values.ts";

/** Largest number of folds. */
export const MOST_FOLDS = 10_000;

/** Milliseconds per unit of duration. */
const UNIT_MS: Readonly<Record<string, number>> = {
  us: 0.001,
  "µs": 0.001,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
};

/** A duration: ms, or a number with its unit, such as `500 ms` or `0.5 s`. */
const duration = v.pipe(
  v.custom<number | string>(
    (value) => toMs(value) >= 0 && toMs(value) < Infinity,
    expected("a time such as 500 ms"),
  ),
  v.transform((value: number | string) => toMs(value)),
);

/**
 * Reads a duration on a command line.
 *
 * @param text Text such as `500 ms` or `0.5 s`.
 * @returns The duration in ms.
 * @throws {RangeError} If it is not a positive duration with a unit.
 */
export function readDuration(text: string): number {
  const ms = toMs(text);
  const hasUnit = /[a-zµ]\s*$/.test(text);
  if (ms > 0 && hasUnit) return ms;
  throw new RangeError(
    `Cannot cut windows of "${text}": ` +
      (ms > 0
        ? `it has no unit, expected ${text.trim()}ms or ${text.trim()}s`
        : "expected a time such as 500ms"),
  );
}

function toMs(value: unknown): number {
  if (typeof value === "number") return value;
  const [, number, unit = "ms"] = typeof value === "string"
    ? /^\s*(\d+(?:\.\d+)?)\s*([µa-z]+)?\s*$/.exec(value) ?? []
    : [];
  return number === undefined || !Object.hasOwn(UNIT_MS, unit)
    ? NaN
    : Number(number) * UNIT_MS[unit];
}

/** The recordings, and how they become training and test samples. */
export const data = section({
  /** Folder of recordings, or list of them. */
  path,
  /** Layout of the folder; detected if left out. */
  layout: v.optional(oneOf(...LAYOUT_NAMES)),
  /** Unit of times in text and NumPy files that do not state it. */
  timeUnit: v.optional(oneOf("s", "ms", "us", "ns")),
  /** Length of the windows that recordings are cut into; uncut if left out. */
  window: v.optional(duration),
  /** Overlap of consecutive windows. */
  overlap: v.optional(duration, 0),
  /** Classes to use, in this order; all if left out. */
  classes: v.optional(list("class names", path)),
  /** Recordings to leave out, by their paths below the folder. */
  skip: v.optional(list("recordings", path)),
  /**
   * Regular expression whose first capture group, applied to a recording's
   * path, names its class. The layout's own classes if left out.
   */
  class: v.optional(path),
  /**
   * Groups that are not divided between training and test. `recording` makes
   * each recording a group; `none` allows windows of one recording in both
   * sets; otherwise a regular expression whose first capture group, applied to
   * a recording's path, names the group. The layout's own groups if left out.
   */
  group: v.optional(path),
  /** Number of folds; `groups` makes one fold per group. */
  folds: v.optional(
    worded(
      `groups, or a whole number from 2 to ${MOST_FOLDS}`,
      v.union([
        v.literal("groups"),
        v.pipe(
          v.number(),
          v.integer(),
          v.minValue(2),
          v.maxValue(MOST_FOLDS),
        ),
      ]),
    ),
  ),
  /** Share of the samples for test, in a single fold. */
  test: v.optional(
    worded(
      "a number between 0 and 1",
      v.pipe(v.number(), v.gtValue(0), v.ltValue(1)),
    ),
  ),
});

/** The section with its defaults. */
export type DataSection = v.InferOutput<typeof data>;
