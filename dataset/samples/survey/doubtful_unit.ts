/**
 * Detection of guessed time units that are implausible for a camera.
 *
 * @module
 */

import {
  guessedUnitOf,
  shownUnit,
  TIME_UNITS,
} from "../../formats/tables/column_names.ts";
import type { RecordingFacts } from "../labelled_samples.ts";

/** Plausible range of a camera's event rate in events/s. */
const [LEAST_RATE, MOST_RATE] = [100, 1e7];

/** Minimum number of events for an estimate of the rate. */
const LEAST_EVENTS = 100;

/**
 * Recordings shorter than LEAST_MS with at least MANY_EVENTS events are
 * doubtful.
 */
const [LEAST_MS, MANY_EVENTS] = [10, 2000];

/**
 * Explains why a guessed unit of time is implausible.
 *
 * @param recording Format, number of events and times of a recording.
 * @returns The reason and a better unit; `undefined` if the unit is plausible
 *   or was not guessed.
 *
 * @example
 * ```ts
 * import { doubtfulUnit } from "./doubtful_unit.ts";
 * const format = "text, columns t x y p, time in µs, as guessed";
 * const facts = { format, events: 60_000, firstUs: 0, lastUs: 1_200 };
 * if (!doubtfulUnit(facts)?.includes("--time-unit ms")) throw new Error();
 * ```
 */
export function doubtfulUnit(
  { format, events, firstUs, lastUs }: Pick<
    RecordingFacts,
    "format" | "events" | "firstUs" | "lastUs"
  >,
): string | undefined {
  const unit = guessedUnitOf(format);
  if (unit === undefined || events < LEAST_EVENTS) return undefined;
  const spanUs = Number(lastUs) - Number(firstUs);
  const rate = events * 1e6 / spanUs;
  const isSlow = rate < LEAST_RATE;
  const other = TIME_UNITS[TIME_UNITS.indexOf(unit) + (isSlow ? 1 : -1)];
  const problem = isSlow
    ? `fewer than ${LEAST_RATE} events/s`
    : rate > MOST_RATE
    ? `more than ${MOST_RATE / 1e6} million events/s`
    : spanUs < 1000 * LEAST_MS && events >= MANY_EVENTS
    ? `thousands of events in less than ${LEAST_MS} ms`
    : undefined;
  return problem === undefined || other === undefined
    ? undefined
    : `${problem} if times are in ${
      shownUnit(unit)
    }, as guessed; if they are ` +
      `in ${shownUnit(other)}, give --time-unit ${other} or data.timeUnit: ` +
      other;
}
