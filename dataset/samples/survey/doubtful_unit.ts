/**
 * Units of time that were guessed, and with which a recording would be one of
 * no camera.
 *
 * @module
 */

import {
  guessedUnitOf,
  shownUnit,
  TIME_UNITS,
} from "../../formats/tables/column_names.ts";
import type { RecordingFacts } from "../labelled_samples.ts";

/** Events/s of a camera that sees anything, least and most. */
const [LEAST_RATE, MOST_RATE] = [100, 1e7];

/** Events that tell the rate. */
const LEAST_EVENTS = 100;

/** A recording of thousands of events that is shorter, in ms, is doubtful. */
const [LEAST_MS, MANY_EVENTS] = [10, 2000];

/**
 * Says why a guessed unit of time is hardly the right one.
 *
 * @param recording Format, number of events and times of a recording.
 * @returns The reason and another unit; `undefined` if there is no doubt, or
 *   the unit was told.
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
