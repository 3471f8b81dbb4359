/**
 * Downsampling of events in space and time.
 *
 * @module
 */

import {
  allocateEvents,
  elapsedTimes,
  type Events,
  selectEvents,
  type Sensor,
} from "../events.ts";

/**
 * Returns the size of a sensor after downsampling in space.
 *
 * @param sensor The sensor.
 * @param factor Pixels along the side of a square, a whole number from 1.
 * @returns The coarser sensor; incomplete squares at the edge count as pixels.
 *
 * @example
 * ```ts
 * import { coarserSensor } from "./downsample.ts";
 * const { width, height } = coarserSensor({ width: 34, height: 33 }, 4);
 * if (width !== 9 || height !== 9) throw new Error("expected 9 by 9");
 * ```
 */
export function coarserSensor(
  { width, height }: Sensor,
  factor: number,
): Sensor {
  return {
    width: Math.ceil(width / factor),
    height: Math.ceil(height / factor),
  };
}

/**
 * Merges each square of pixels into one pixel.
 *
 * @param events The events.
 * @param factor Pixels along the side of a square, a whole number from 1.
 * @returns All events, in the same order; t and p are shared with the input.
 *
 * @example
 * ```ts
 * import { downsampleSpace } from "./downsample.ts";
 * const { x, y } = downsampleSpace({
 *   x: Uint16Array.of(127),
 *   y: Uint16Array.of(6),
 *   t: Uint32Array.of(0),
 *   p: Uint8Array.of(1),
 * }, 4);
 * if (x[0] !== 31 || y[0] !== 1) throw new Error("expected pixel (31, 1)");
 * ```
 */
export function downsampleSpace(events: Events, factor: number): Events {
  const { t, p } = events;
  const { x, y } = allocateEvents(t.length);
  for (let i = 0; i < t.length; i++) {
    x[i] = Math.floor(events.x[i] / factor);
    y[i] = Math.floor(events.y[i] / factor);
  }
  return { x, y, t, p };
}

/**
 * Keeps at most one event of each pixel and polarity in each time window.
 *
 * Window lengths are rounded to whole µs, and windows start at the first event.
 * If time runs backwards into an earlier window, a pixel may keep a second
 * event in it.
 *
 * @param events The events of a sample, on the sensor.
 * @param options The sensor, and the length of a window in ms.
 * @returns The first event of each pixel, polarity and window, in the same
 *   order; its time is the start of the window.
 *
 * @example
 * ```ts
 * import { downsampleTime } from "./downsample.ts";
 * const { t } = downsampleTime({
 *   x: Uint16Array.of(3, 3, 3),
 *   y: Uint16Array.of(1, 1, 1),
 *   t: Uint32Array.of(100, 900, 2500),
 *   p: Uint8Array.of(1, 1, 1),
 * }, { sensor: { width: 8, height: 8 }, window: 2 });
 * if (t.join() !== "100,2100") throw new Error("expected one event a window");
 * ```
 */
export function downsampleTime(
  events: Events,
  { sensor: { width, height }, window }: {
    readonly sensor: Sensor;
    readonly window: number;
  },
): Events {
  const { x, y, t, p } = events;
  const windowUs = Math.max(Math.round(window * 1000), 1);
  const latest = new Float64Array(2 * width * height).fill(-Infinity);
  const times = new Uint32Array(t.length);
  const elapsed = elapsedTimes(t);
  const kept = new Uint32Array(t.length);
  let count = 0;
  for (let i = 0; i < t.length; i++) {
    const at = (y[i] * width + x[i]) * 2 + p[i];
    const begun = Math.floor(elapsed[i] / windowUs);
    times[i] = t[0] + begun * windowUs;
    if (begun === latest[at]) continue;
    latest[at] = begun;
    kept[count++] = i;
  }
  return selectEvents({ x, y, t: times, p }, kept.subarray(0, count));
}
