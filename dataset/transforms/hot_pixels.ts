/**
 * Filter for hot pixels, which fire without a change in the scene.
 *
 * @module
 */

import {
  elapsedTimes,
  type Events,
  selectEvents,
  type Sensor,
} from "../events.ts";

/**
 * Drops the events of hot pixels.
 *
 * A pixel is hot if the mean rate of its events of both polarities over the
 * whole sample exceeds the given rate: (count − 1) > rate · duration. A pixel
 * with a single event is never hot.
 *
 * @param events The events of a sample, on the sensor.
 * @param options The sensor, and the maximum rate of a normal pixel in events/s.
 * @returns The remaining events, in the same order.
 *
 * @example
 * ```ts
 * import { dropHotPixels } from "./hot_pixels.ts";
 * const { x } = dropHotPixels({
 *   x: Uint16Array.of(3, 3, 3, 5),
 *   y: Uint16Array.of(1, 1, 1, 1),
 *   t: Uint32Array.of(0, 1000, 2000, 3000),
 *   p: Uint8Array.of(0, 0, 1, 1),
 * }, { sensor: { width: 8, height: 8 }, rate: 500 });
 * if (x.join() !== "5") throw new Error("expected pixel 3 to be hot");
 * ```
 */
export function dropHotPixels(
  events: Events,
  { sensor: { width, height }, rate }: {
    readonly sensor: Sensor;
    readonly rate: number;
  },
): Events {
  const { x, y, t } = events;
  const counts = new Uint32Array(width * height);
  const elapsed = elapsedTimes(t);
  let [earliest, latest] = [0, 0];
  for (let i = 0; i < t.length; i++) {
    counts[y[i] * width + x[i]]++;
    const time = elapsed[i];
    if (time < earliest) earliest = time;
    if (time > latest) latest = time;
  }
  const most = 1 + rate * (latest - earliest) / 1e6;
  const kept = new Uint32Array(t.length);
  let count = 0;
  for (let i = 0; i < t.length; i++) {
    if (counts[y[i] * width + x[i]] <= most) kept[count++] = i;
  }
  return selectEvents(events, kept.subarray(0, count));
}
