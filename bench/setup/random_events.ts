/**
 * Random events for the benchmarks of formats.
 *
 * @module
 */

import type { Sensor } from "../../dataset/events.ts";

/** Columns of events, all of the same length. */
interface Columns {
  readonly x: Uint16Array;
  readonly y: Uint16Array;
  readonly p: Uint8Array;
  readonly t: Uint32Array | Float64Array;
}

/**
 * Makes a function that fills columns with events, 3.5 µs apart on average;
 * each call continues where the previous one ended.
 *
 * @param sensor Size of the sensor.
 * @param startUs Time before the first event in µs.
 * @returns A function that fills columns in place and returns them.
 */
export function randomEvents(
  sensor: Sensor,
  startUs = 0,
): <C extends Columns>(columns: C) => C {
  let [state, time] = [1, startUs];
  return (columns) => {
    const { x, y, p, t } = columns;
    for (let i = 0; i < t.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      time += state >>> 29;
      x[i] = (state >>> 15) % sensor.width;
      y[i] = (state >>> 7) % sensor.height;
      p[i] = state >>> 30 & 1;
      t[i] = time;
    }
    return columns;
  };
}
