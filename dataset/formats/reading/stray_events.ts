/**
 * The few events of a recording that are far from all others, in place or in
 * time, as a damaged file or a faulty clock has them.
 *
 * @module
 */

import type { EventBlock } from "./format.ts";
import { TimeHistogram } from "./time_histogram.ts";

/** Sides of a sensor larger than any camera's. */
export const LARGEST_SIDE = 4096;

/** Share of a recording's events that may be stray. */
export const STRAY_SHARE = 0.01;

/** How many times the extent of all others the gap before a stray event is. */
const FAR = 4;

/** Where the events are that are not stray. */
export interface Limits {
  /** First column that is outside. */
  readonly width: number;
  /** First row that is outside. */
  readonly height: number;
  /** First time in µs that is inside. */
  readonly startUs: number;
  /** First time in µs after that is outside. */
  readonly endUs: number;
}

/** Limits of any event. */
export const NO_LIMITS: Limits = {
  width: 1 << 16,
  height: 1 << 16,
  startUs: -Infinity,
  endUs: Infinity,
};

/**
 * Finds stray events with a memory that does not grow with the recording.
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
   * Finds the limits of the events that are not stray: pixels that no camera
   * has are, and those and times that are far from all others.
   *
   * @param options Stray events that were left out before, and whether the file
   *   tells the sensor, whose pixels then are not stray.
   * @returns The limits, `NO_LIMITS` where there is no stray event. Times may be
   *   told more closely once those outside are left out.
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

/** Whether there is no event in some bins. */
function isEmpty(counts: Uint32Array | Float64Array): boolean {
  return counts.every((count) => count === 0);
}

/** Finds the part of a histogram that holds all but a few events far away. */
function mainPart(
  counts: Uint32Array | Float64Array,
  { few, fromZero }: {
    /** Events that may be far away. */
    readonly few: number;
    /** Whether all values from 0 on belong to the part. */
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
    // A hot pixel may have nearly all events, and is not all of the sensor.
    const isOnePlace = fromZero && 2 * kept.length <= places.length;
    if (lost > room || gap <= FAR * extent || isOnePlace) break;
    room -= lost;
    places = kept;
  }
  return { first: places[0] ?? 0, last: places[places.length - 1] ?? 0 };
}
