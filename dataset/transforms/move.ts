/**
 * Mirroring and shifting of samples.
 *
 * @module
 */

import { type Events, selectEvents, type Sensor } from "../events.ts";

/**
 * Mirrors events left to right or top to bottom.
 *
 * @param events The events, on the sensor.
 * @param options The sensor, and the mirrored axis: `"x"` swaps left and right.
 * @returns All events, in the same order; the other columns are shared with the
 *   input.
 *
 * @example
 * ```ts
 * import { flip } from "./move.ts";
 * const { x, y } = flip({
 *   x: Uint16Array.of(3),
 *   y: Uint16Array.of(5),
 *   t: Uint32Array.of(0),
 *   p: Uint8Array.of(1),
 * }, { sensor: { width: 128, height: 128 }, axis: "x" });
 * if (x[0] !== 124 || y[0] !== 5) throw new Error("expected column 124");
 * ```
 */
export function flip(
  events: Events,
  { sensor: { width, height }, axis }: {
    readonly sensor: Sensor;
    readonly axis: "x" | "y";
  },
): Events {
  const last = (axis === "x" ? width : height) - 1;
  return { ...events, [axis]: events[axis].map((place) => last - place) };
}

/**
 * Shifts events on the sensor and drops those that leave it.
 *
 * @param events The events, on the sensor.
 * @param options The sensor, and the shift in columns and rows.
 * @returns The events that remain on the sensor, in the same order.
 *
 * @example
 * ```ts
 * import { shift } from "./move.ts";
 * const { x, y } = shift({
 *   x: Uint16Array.of(3, 0),
 *   y: Uint16Array.of(5, 5),
 *   t: Uint32Array.of(0, 1),
 *   p: Uint8Array.of(1, 0),
 * }, { sensor: { width: 128, height: 128 }, dx: -1, dy: 2 });
 * if (x.join() !== "2" || y.join() !== "7") throw new Error("expected (2, 7)");
 * ```
 */
export function shift(
  events: Events,
  { sensor: { width, height }, dx, dy }: {
    readonly sensor: Sensor;
    readonly dx: number;
    readonly dy: number;
  },
): Events {
  const { t, p } = events;
  const [x, y] = [events.x.slice(), events.y.slice()];
  const kept = new Uint32Array(t.length);
  let count = 0;
  for (let i = 0; i < t.length; i++) {
    const column = x[i] + dx;
    const row = y[i] + dy;
    if (column < 0 || column >= width || row < 0 || row >= height) continue;
    x[i] = column;
    y[i] = row;
    kept[count++] = i;
  }
  return selectEvents({ x, y, t, p }, kept.subarray(0, count));
}
