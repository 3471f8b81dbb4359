/**
 * Filters for hot pixels, which fire without a change in the scene.
 *
 * @module
 */

import {
  elapsedTimes,
  type Events,
  selectEvents,
  type Sensor,
} from "../events.ts";

/** Events of a pixel that are never too many beside its neighbours'. */
const NORMAL_COUNT = 10;

/** Counts events by pixel, and tells pixels that exceed their neighbours. */
export class PixelCounts {
  readonly #row: number;
  readonly #ratio: number;
  /** By pixel, in a border of one pixel that avoids bounds checks. */
  readonly #counts: Uint32Array;

  /**
   * @param sensor The sensor.
   * @param ratio Maximum events of a pixel relative to its neighbours'.
   */
  constructor({ width, height }: Sensor, ratio: number) {
    this.#row = width + 2;
    this.#ratio = ratio;
    this.#counts = new Uint32Array(this.#row * (height + 2));
  }

  /** Forgets all events, as at the start of a sample. */
  clear(): void {
    this.#counts.fill(0);
  }

  /**
   * Adds an event.
   *
   * @param x Its column.
   * @param y Its row.
   */
  add(x: number, y: number): void {
    this.#counts[(y + 1) * this.#row + x + 1]++;
  }

  /**
   * Tells whether a pixel is hot: whether it has more than `10 + ratio · m`
   * events, where m is the second largest count of its eight neighbours. The
   * largest may be that of another hot pixel.
   *
   * @param x Its column.
   * @param y Its row.
   * @returns Whether it is.
   */
  isHot(x: number, y: number): boolean {
    const counts = this.#counts;
    const row = this.#row;
    const at = (y + 1) * row + x + 1;
    if (counts[at] <= NORMAL_COUNT) return false;
    let [largest, second] = [0, 0];
    for (let line = at - row; line <= at + row; line += row) {
      for (let pixel = line - 1; pixel <= line + 1; pixel++) {
        if (pixel === at) continue;
        const count = counts[pixel];
        if (count > largest) [largest, second] = [count, largest];
        else if (count > second) second = count;
      }
    }
    return counts[at] > NORMAL_COUNT + this.#ratio * second;
  }
}

/**
 * Drops the events of pixels that fire much more than those around them,
 * whatever the rate of the scene: of pixels that are hot by
 * `PixelCounts.isHot()`, counting all events of the sample.
 *
 * @param events The events of a sample, on the sensor.
 * @param options The sensor, and the ratio.
 * @returns The remaining events, in the same order.
 *
 * @example
 * ```ts
 * import { dropLonePixels } from "./hot_pixels.ts";
 * const { x } = dropLonePixels({
 *   x: Uint16Array.of(3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 5),
 *   y: new Uint16Array(12),
 *   t: Uint32Array.from({ length: 12 }, (_, i) => 1000 * i),
 *   p: new Uint8Array(12),
 * }, { sensor: { width: 8, height: 8 }, ratio: 3 });
 * if (x.join() !== "5") throw new Error("expected pixel 3 to be hot");
 * ```
 */
export function dropLonePixels(
  events: Events,
  { sensor, ratio }: { readonly sensor: Sensor; readonly ratio: number },
): Events {
  const { x, y, t } = events;
  const counts = new PixelCounts(sensor, ratio);
  for (let i = 0; i < t.length; i++) counts.add(x[i], y[i]);
  const kept = new Uint32Array(t.length);
  let count = 0;
  for (let i = 0; i < t.length; i++) {
    if (!counts.isHot(x[i], y[i])) kept[count++] = i;
  }
  return selectEvents(events, kept.subarray(0, count));
}

/**
 * Drops the events of pixels whose rate exceeds a limit.
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
