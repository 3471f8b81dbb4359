/**
 * Events as columns x, y, t and p.
 *
 * @module
 */

/**
 * Events in the order recorded, one array per field.
 *
 * All four arrays have the same length.
 */
export interface Events {
  /** Column of the pixel, 0 at the left unless the reader says otherwise. */
  readonly x: Uint16Array;
  /** Row of the pixel. */
  readonly y: Uint16Array;
  /** Time in µs, unsigned, as recorded, with an arbitrary origin. */
  readonly t: Uint32Array;
  /** Polarity, 0 or 1; which one is ON depends on the reader. */
  readonly p: Uint8Array;
}

/** Size of a sensor in pixels. */
export interface Sensor {
  /** Number of columns. */
  readonly width: number;
  /** Number of rows. */
  readonly height: number;
}

/** Conversion of recorded times to ms since the start of a sample. */
export interface Timing {
  /** Unit in µs to whose multiples times are truncated first. */
  readonly unitUs: number;
  /** Whether a sample starts at its first event, rather than at time 0. */
  readonly fromFirstEvent: boolean;
}

/** Sensor of the DVS128, 128×128 pixels. */
export const DVS128: Sensor = { width: 128, height: 128 };

/**
 * Allocates columns for a number of events.
 *
 * @param length Number of events.
 * @returns Four zeroed columns of that length.
 *
 * @example
 * ```ts
 * import { allocateEvents } from "./events.ts";
 * const events = allocateEvents(3);
 * if (events.t.length !== 3) throw new Error("expected three events");
 * ```
 */
export function allocateEvents(length: number): Events {
  return {
    x: new Uint16Array(length),
    y: new Uint16Array(length),
    t: new Uint32Array(length),
    p: new Uint8Array(length),
  };
}

/**
 * Unwraps the times of events on a 32-bit clock. Times may run backwards; two
 * consecutive events must be less than 2³¹ µs apart.
 *
 * @param t Times in µs, modulo 2³².
 * @param since Time of the origin in µs. @default the first time
 * @returns Times in µs relative to the origin, negative if earlier.
 *
 * @example
 * ```ts
 * import { elapsedTimes } from "./events.ts";
 * const elapsed = elapsedTimes(Uint32Array.of(2 ** 32 - 5, 10, 3_000, 2_000));
 * if (elapsed.join() !== "0,15,3005,2005") throw new Error(elapsed.join());
 * ```
 */
export function elapsedTimes(
  t: Uint32Array,
  since: number = t[0],
): Float64Array {
  const elapsed = new Float64Array(t.length);
  let time = 0;
  let previous = since;
  for (let i = 0; i < t.length; i++) {
    time += (t[i] - previous) | 0;
    previous = t[i];
    elapsed[i] = time;
  }
  return elapsed;
}

/**
 * Copies events selected by their indices.
 *
 * @param events The events.
 * @param indices Indices of the events to copy.
 * @returns The copies, in the order of the indices.
 *
 * @example
 * ```ts
 * import { selectEvents } from "./events.ts";
 * const { t } = selectEvents({
 *   x: Uint16Array.of(1, 2, 3),
 *   y: Uint16Array.of(1, 2, 3),
 *   t: Uint32Array.of(10, 20, 30),
 *   p: Uint8Array.of(0, 1, 0),
 * }, Uint32Array.of(0, 2));
 * if (t.join() !== "10,30") throw new Error("expected the first and the last");
 * ```
 */
export function selectEvents(events: Events, indices: Uint32Array): Events {
  const selected = allocateEvents(indices.length);
  for (let n = 0; n < indices.length; n++) {
    const i = indices[n];
    selected.x[n] = events.x[i];
    selected.y[n] = events.y[i];
    selected.t[n] = events.t[i];
    selected.p[n] = events.p[i];
  }
  return selected;
}
