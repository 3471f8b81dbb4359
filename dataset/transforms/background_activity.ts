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

/** Tells noise from activity, event by event. */
export class ActivityMap {
  readonly #row: number;
  readonly #windowUs: number;
  /** By pixel, in a border of one pixel that avoids bounds checks. */
  readonly #supportedUs: Float64Array;

  /**
   * @param sensor The sensor.
   * @param window Time in ms for which an event supports its neighbours.
   */
  constructor({ width, height }: Sensor, window: number) {
    this.#row = width + 2;
    this.#windowUs = window * 1000;
    this.#supportedUs = new Float64Array(this.#row * (height + 2));
    this.clear();
  }

  /** Forgets all events, as at the start of a sample. */
  clear(): void {
    this.#supportedUs.fill(-Infinity);
  }

  /**
   * Adds an event.
   *
   * @param x Its column.
   * @param y Its row.
   * @param us Its time in µs.
   * @returns Whether an event of a neighbouring pixel supports it.
   */
  add(x: number, y: number, us: number): boolean {
    const times = this.#supportedUs;
    const row = this.#row;
    const at = (y + 1) * row + x + 1;
    const isSupported = Math.abs(us - times[at]) <= this.#windowUs;
    times[at - row - 1] = us;
    times[at - row] = us;
    times[at - row + 1] = us;
    times[at - 1] = us;
    times[at + 1] = us;
    times[at + row - 1] = us;
    times[at + row] = us;
    times[at + row + 1] = us;
    return isSupported;
  }
}

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
  { sensor, window }: { readonly sensor: Sensor; readonly window: number },
): Events {
  const { x, y, t } = events;
  const active = new ActivityMap(sensor, window);
  const kept = new Uint32Array(t.length);
  const elapsed = elapsedTimes(t);
  let count = 0;
  for (let i = 0; i < t.length; i++) {
    if (active.add(x[i], y[i], elapsed[i])) kept[count++] = i;
  }
  return selectEvents(events, kept.subarray(0, count));
}
