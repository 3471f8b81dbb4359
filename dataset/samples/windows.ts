/**
 * Cuts recordings into samples: by the parts that a list names, and into
 * windows of the same length.
 *
 * @module
 */

// @ts-types="npm:@types/d3-array@3.2.2"
import { bisectLeft } from "npm:d3-array@3.2.4";

/** A sample cut out of a recording. */
export interface Cut {
  /** Its first event, and the one after its last. */
  readonly from: number;
  readonly to: number;
  /** Its start on the recording's clock in µs. */
  readonly startUs: number;
  /** Its length in µs, up to its last event where there are no windows. */
  readonly durationUs: number;
}

/** Windows of the same length, one after another. */
export interface Windows {
  /** Length of a window in µs. */
  readonly lengthUs: number;
  /** µs from the start of one to the start of the next. */
  readonly strideUs: number;
}

/** A stretch of a recording, in µs on its clock. */
export interface Stretch {
  /** Its start. */
  readonly startUs: number;
  /** The µs after its last. */
  readonly endUs: number;
}

/** Share of the last window that must lie within the stretch. */
export const LAST_SHARE = 0.9;

/**
 * Cuts a stretch of a recording into windows. The last is one of which at most
 * a tenth would be after the stretch; no window has events from there. A
 * stretch that is shorter than a window is one sample, and so is one of which
 * no windows are wanted.
 *
 * @param t Times of the recording's events in µs, never descending.
 * @param stretch The stretch.
 * @param windows The windows.
 * @returns The samples with events, and the number of those without.
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
      // On to the first window that the next event may be in.
      const next = Math.floor((t[from] - startUs - lengthUs) / strideUs) + 1;
      n = Math.max(n, next - 1);
    } else break;
  }
  return { cuts, empty: count - cuts.length };
}
