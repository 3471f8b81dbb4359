/**
 * Cutting of recordings into windows of equal length.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { bisectLeft } from "npm:d3-array@3.2.4";

/** Bounds of a sample in its recording. */
export interface Cut {
  /** Index of its first event, and index after its last. */
  readonly from: number;
  readonly to: number;
  /** Start on the recording's clock in µs. */
  readonly startUs: number;
  /** Length in µs; without windows, up to its last event. */
  readonly durationUs: number;
}

/** Windows of equal length, which may overlap. */
export interface Windows {
  /** Length of a window in µs. */
  readonly lengthUs: number;
  /** Time from the start of a window to the start of the next in µs. */
  readonly strideUs: number;
}

/** An interval of a recording, in µs on its clock. */
export interface Stretch {
  /** Start of the interval. */
  readonly startUs: number;
  /** End of the interval, exclusive. */
  readonly endUs: number;
}

/** Minimum share of the last window that lies within the interval. */
export const LAST_SHARE = 0.9;

/**
 * Cuts an interval of a recording into windows. At most a tenth of the last
 * window lies beyond the interval; events from there are not included. An
 * interval that is not longer than a window is one sample, and so is any
 * interval without `windows`.
 *
 * @param t Times of the recording's events in µs, in ascending order.
 * @param stretch The interval.
 * @param windows The windows.
 * @returns The samples with events, and the number of windows without.
 *
 * @example
 * ```ts
 * import { cutWindows } from "./windows.ts";
 * const { cuts } = cutWindows(
 *   Float64Array.of(100, 130, 150, 190, 240),
 *   { startUs: 100, endUs: 241 },
 *   { lengthUs: 50, strideUs: 50 },
 * );
 * const found = cuts.map(({ from, to }) => `${from} to ${to}`).join();
 * if (found !== "0 to 2,2 to 4") throw new Error(found);
 * ```
 */
export function cutWindows(
  t: Float64Array,
  { startUs, endUs }: Stretch,
  windows: Windows | undefined,
): { readonly cuts: Cut[]; readonly empty: number } {
  const whole = endUs - startUs;
  const lengthUs = windows && windows.lengthUs < whole
    ? windows.lengthUs
    : whole;
  const strideUs = windows?.strideUs ?? whole;
  const spare = whole - LAST_SHARE * lengthUs;
  const count = lengthUs === whole ? 1 : Math.floor(spare / strideUs) + 1;
  const cuts: Cut[] = [];
  for (let n = 0; n < count; n++) {
    const start = startUs + n * strideUs;
    const from = bisectLeft(t, start);
    const to = bisectLeft(t, Math.min(start + lengthUs, endUs), from);
    if (to > from) {
      cuts.push({ from, to, startUs: start, durationUs: lengthUs });
    } else if (from < t.length) {
      // Skips to the first window that can contain the next event.
      const next = Math.floor((t[from] - startUs - lengthUs) / strideUs) + 1;
      n = Math.max(n, next - 1);
    } else break;
  }
  return { cuts, empty: count - cuts.length };
}
