/**
 * Filter for background activity, noise events without recent neighbours.
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
 * Drops events that are not preceded by a recent event in any of the eight
 * neighbouring pixels.
 *
 * Source: Delbruck, "Frame-free dynamic digital vision" (2008), section 3.1,
 * the background activity filter. As there, an event supports its neighbours
 * but not its own pixel, even if it is dropped itself.
 *
 * @param events The events of a sample, on the sensor.
 * @param options The sensor, and the time in ms for which an event supports its
 *   neighbours.
 * @returns The remaining events, in the same order.
 *
 * @example
 * ```ts
 * import { dropBackgroundActivity } from "./background_activity.ts";
 * const { t } = dropBackgroundActivity({
 *   x: Uint16Array.of(3, 4, 60, 5),
 *   y: Uint16Array.of(1, 1, 60, 2),
 *   t: Uint32Array.of(0, 1000, 2000, 9000),
 *   p: Uint8Array.of(0, 0, 1, 1),
 * }, { sensor: { width: 64, height: 64 }, window: 5 });
 * if (t.join() !== "1000") throw new Error("expected one supported event");
 * ```
 */
export function dropBackgroundActivity(
  events: Events,
  { sensor: { width, height }, window }: {
    readonly sensor: Sensor;
    readonly window: number;
  },
): Events {
  const { x, y, t } = events;
  // A border of one pixel avoids bounds checks at the sensor's edge.
  const row = width + 2;
  const supported = new Float64Array(row * (height + 2)).fill(-Infinity);
  const kept = new Uint32Array(t.length);
  const elapsed = elapsedTimes(t);
  let count = 0;
  for (let i = 0; i < t.length; i++) {
    const at = (y[i] + 1) * row + x[i] + 1;
    const time = elapsed[i];
    if (Math.abs(time - supported[at]) <= window * 1000) kept[count++] = i;
    supported[at - row - 1] = time;
    supported[at - row] = time;
    supported[at - row + 1] = time;
    supported[at - 1] = time;
    supported[at + 1] = time;
    supported[at + row - 1] = time;
    supported[at + row] = time;
    supported[at + row + 1] = time;
  }
  return selectEvents(events, kept.subarray(0, count));
}
