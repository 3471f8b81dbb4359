/**
 * Range check for the 32-bit times of a sample.
 *
 * @module
 */

import { RecordingError } from "../files/errors.ts";

/** Bounds of a sample's duration and of the interval between events, in µs. */
const [LONGEST_US, LONGEST_PAUSE_US] = [2 ** 32, 2 ** 31];

/**
 * Requires that the times of a sample fit in 32 bits, both since its start and
 * from event to event.
 *
 * @param t Times of its events in µs.
 * @param options Its start in µs, its file, and its description for messages.
 * @throws {RecordingError} If it lasts 71 min or longer, or pauses for 35 min.
 *
 * @example
 * ```ts
 * import { requireShort } from "./sample_times.ts";
 * requireShort(Float64Array.of(7e9, 7.1e9), { startUs: 7e9, path: "1.csv" });
 * ```
 */
export function requireShort(
  t: Float64Array,
  { startUs, path, what = "it" }: {
    readonly startUs: number;
    readonly path: string;
    readonly what?: string;
  },
): void {
  let [longest, pause] = [0, 0];
  for (let i = 0; i < t.length; i++) {
    longest = Math.max(longest, t[i] - startUs);
    if (i > 0) pause = Math.max(pause, Math.abs(t[i] - t[i - 1]));
  }
  const problem = longest >= LONGEST_US
    ? `lasts ${minutes(longest)}, a sample at most ${minutes(LONGEST_US)}`
    : pause >= LONGEST_PAUSE_US
    ? `has no event for ${minutes(pause)}, a sample for ` +
      `${minutes(LONGEST_PAUSE_US)} at most`
    : undefined;
  if (problem === undefined) return;
  throw new RecordingError(
    path,
    `${what} ${problem}; windows cut it (data.window, --window)`,
  );
}

/** Formats a time in whole minutes, rounded down. */
function minutes(us: number): string {
  return `${Math.floor(us / 6e7)} min`;
}
