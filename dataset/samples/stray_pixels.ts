/**
 * Filter for events with coordinates beyond any camera's sensor.
 *
 * @module
 */

import { counted } from "../files/counted.ts";
import { RecordingError } from "../files/errors.ts";
import type { EventBlock, FileFaults } from "../formats/reading/format.ts";
import {
  LARGEST_SIDE as SIDE,
  STRAY_SHARE,
} from "../formats/reading/stray_events.ts";

/**
 * Drops the few events of a recording with coordinates of 4096 or more, for
 * files that do not give the sensor.
 *
 * @param columns The events.
 * @param path The file, for messages.
 * @returns The remaining events, and the number of dropped ones as a fault.
 * @throws {RecordingError} If more than 1 % of the events are stray.
 *
 * @example
 * ```ts
 * import { dropStrayPixels } from "./stray_pixels.ts";
 * const x = new Uint16Array(200);
 * x[7] = 60_000;
 * const { columns, faults } = dropStrayPixels({
 *   x,
 *   y: new Uint16Array(200),
 *   t: new Float64Array(200),
 *   p: new Uint8Array(200),
 * }, "1.csv");
 * if (columns.x.length !== 199 || faults[0].count !== 1) throw new Error("?");
 * ```
 */
export function dropStrayPixels(
  columns: EventBlock,
  path: string,
): {
  readonly columns: EventBlock;
  readonly faults: readonly FileFaults[];
} {
  const { x, y, t, p } = columns;
  let [stray, largest] = [0, 0];
  for (let i = 0; i < t.length; i++) {
    const side = Math.max(x[i], y[i]);
    if (side >= SIDE) stray++;
    if (side > largest) largest = side;
  }
  if (stray === 0) return { columns, faults: [] };
  if (stray > STRAY_SHARE * t.length) {
    throw new RecordingError(
      path,
      `${stray} of ${counted(t.length, "event")} are outside ${SIDE}×${SIDE} ` +
        `pixels, their largest coordinate is ${largest}`,
    );
  }
  const isNear = (_: number, i: number) => x[i] < SIDE && y[i] < SIDE;
  const problem =
    `events outside ${SIDE}×${SIDE} pixels, up to coordinate ${largest}`;
  return {
    columns: {
      x: x.filter(isNear),
      y: y.filter(isNear),
      t: t.filter(isNear),
      p: p.filter(isNear),
    },
    faults: [{ problem, count: stray }],
  };
}
