/**
 * Detection of stray events: the few that are far from all others in space or
 * time, due to a damaged file or a faulty clock.
 *
 * @module
 */

import type { EventBlock } from "./format.ts";
import { TimeHistogram } from "./time_histogram.ts";

/** Side in pixels of a sensor larger than any camera's. */
export const LARGEST_SIDE = 4096;

/** Maximum share of a recording's events that are stray. */
export const STRAY_SHARE = 0.01;

/** Minimum gap before a stray event, relative to the extent of all others. */
const FAR = 4;

/** Limits of the events that are not stray. */
export interface Limits {
  /** First column outside the limits. */
  readonly width: number;
  /** First row outside the limits. */
  readonly height: number;
  /** Start of the time range in µs, inclusive. */
  readonly startUs: number;
  /** End of the time range in µs, exclusive. */
  readonly endUs: number;
}

/** Limits that include every event. */
export const NO_LIMITS: Limits = {
  width: 1 << 16,
  height: 1 << 16,
  startUs: -Infinity,
  endUs: Infinity,
};

/**
 * Finder of stray events, whose memory does not grow with the recording.
 *
 * @example
 * ```ts
 * import { StrayFinder } from "./stray_events.ts";
 * const x = Uint16Array.from({ length: 200 }, (_, i) => i % 8);
 * x[7] = 900;
 * const finder = new StrayFinder();
 * const [y, p] = [new Uint16Array(200), new Uint8Array(200)];
 * finder.add({ x, y, t: new Float64Array(200), p });
 * if (finder.limits().width !== 8) throw new Error("expected 8 columns");
 * ```
 */
export class StrayFinder {
  readonly #columns = new Uint32Array(NO_LIMITS.width);
  readonly #rows = new Uint32Array(NO_LIMITS.height);
  readonly #times = new TimeHistogram();
  #events = 0;
  #beyond = 0;

  /**
   * Adds events.
   *
   * @param block The events.
   */
  add({ x, y, t }: EventBlock): void {
    for (let i = 0; i < t.length; i++) {
      this.#columns[x[i]]++;
      this.#rows[y[i]]++;
      if (x[i] >= LARGEST_SIDE || y[i] >= LARGEST_SIDE) this.#beyond++;
      this.#times.add(t[i]);
    }
    this.#events += t.length;
  }

  /**
   * Finds the limits of the events that are not stray. Pixels beyond any
   * camera's sensor are stray, as are pixels and times far from all others.
   *
   * @param options Number of stray events removed before, and whether the file
   *   gives the sensor, in which case no pixel is stray.
   * @returns The limits, `NO_LIMITS` if there is no stray event. Another pass
   *   without the stray events may narrow the time range.
   */
  limits(
    { leftOut = 0, sensorTold = false }: {
      readonly leftOut?: number;
      readonly sensorTold?: boolean;
    } = {},
  ): Limits {
    const few = STRAY_SHARE * (this.#events + leftOut) - leftOut;
    const side = this.#beyond > 0 && this.#beyond <= few
      ? LARGEST_SIDE
      : NO_LIMITS.width;
    const endOf = (counts: Uint32Array) => {
      const { last } = mainPart(counts.subarray(0, side), {
        few,
        fromZero: true,
      });
      return isEmpty(counts.subarray(last + 1)) ? NO_LIMITS.width : last + 1;
    };
    const { counts, startUs, widthUs } = this.#times;
    const { first, last } = mainPart(counts, { few, fromZero: false });
    const limits = {
      width: sensorTold ? NO_LIMITS.width : endOf(this.#columns),
      height: sensorTold ? NO_LIMITS.height : endOf(this.#rows),
      startUs: isEmpty(counts.subarray(0, first))
        ? NO_LIMITS.startUs
        : startUs + first * widthUs,
      endUs: isEmpty(counts.subarray(last + 1))
        ? NO_LIMITS.endUs
        : startUs + (last + 1) * widthUs,
    };
    const names = Object.keys(NO_LIMITS) as (keyof Limits)[];
    return names.every((name) => limits[name] === NO_LIMITS[name])
      ? NO_LIMITS
      : limits;
  }
}

/** Tells whether bins are empty. */
function isEmpty(counts: Uint32Array | Float64Array): boolean {
  return counts.every((count) => count === 0);
}

/** Finds the part of a histogram without a few distant events. */
function mainPart(
  counts: Uint32Array | Float64Array,
  { few, fromZero }: {
    /** Maximum number of distant events. */
    readonly few: number;
    /** Whether the part starts at bin 0. */
    readonly fromZero: boolean;
  },
): { readonly first: number; readonly last: number } {
  let places = [...counts.keys()].filter((place) => counts[place] > 0);
  for (let room = few; places.length > 1;) {
    let cut = 1;
    for (let k = 2; k < places.length; k++) {
      if (places[k] - places[k - 1] > places[cut] - places[cut - 1]) cut = k;
    }
    const gap = places[cut] - places[cut - 1] - 1;
    const sides = [places.slice(0, cut), places.slice(cut)];
    const [lower, upper] = sides.map((side) =>
      side.reduce((sum, place) => sum + counts[place], 0)
    );
    const keepsUpper = !fromZero && lower < upper;
    const kept = keepsUpper ? sides[1] : sides[0];
    const extent = kept[kept.length - 1] + 1 - (fromZero ? 0 : kept[0]);
    const lost = keepsUpper ? lower : upper;
    // A hot pixel may cause nearly all events, but is not the whole sensor.
    const isOnePlace = fromZero && 2 * kept.length <= places.length;
    if (lost > room || gap <= FAR * extent || isOnePlace) break;
    room -= lost;
    places = kept;
  }
  return { first: places[0] ?? 0, last: places[places.length - 1] ?? 0 };
}
