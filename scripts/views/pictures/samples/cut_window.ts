/**
 * Cuts a window out of a recording, for a network that was trained on windows.
 *
 * @module
 */

import { elapsedTimes } from "../../../../dataset/events.ts";
import type { RecordedSample } from "./sample.ts";

/**
 * Cuts a window out of a sample.
 *
 * @param sample The sample.
 * @param window Its start after the first event and its length, in ms.
 * @returns The sample with the events of the window, in their order.
 * @throws {RangeError} If the window has no events.
 *
 * @example
 * ```ts
 * import { cutWindow } from "./cut_window.ts";
 * const { events } = cutWindow({
 *   name: "wave",
 *   path: "wave.csv",
 *   origin: "top",
 *   sensor: { width: 128, height: 128 },
 *   events: {
 *     x: Uint16Array.of(1, 2, 3),
 *     y: Uint16Array.of(4, 5, 6),
 *     t: Uint32Array.of(100, 1_099, 1_100),
 *     p: Uint8Array.of(0, 1, 1),
 *   },
 * }, { startMs: 0, lengthMs: 1 });
 * if (events.x.join() !== "1,2") throw new Error(events.x.join());
 * ```
 */
export function cutWindow(
  sample: RecordedSample,
  { startMs, lengthMs }: {
    readonly startMs: number;
    readonly lengthMs: number;
  },
): RecordedSample {
  const { x, y, t, p } = sample.events;
  const times = elapsedTimes(t);
  const first = times.reduce((least, time) => Math.min(least, time), Infinity);
  const start = first + 1000 * startMs;
  const isInside = (_: number, n: number) =>
    times[n] >= start && times[n] < start + 1000 * lengthMs;
  const events = {
    x: x.filter(isInside),
    y: y.filter(isInside),
    t: t.filter(isInside),
    p: p.filter(isInside),
  };
  if (events.t.length === 0) {
    throw new RangeError(
      `Cannot draw "${sample.name}" from ${startMs} ms on: it has no events ` +
        `in ${lengthMs} ms`,
    );
  }
  return { ...sample, events };
}
