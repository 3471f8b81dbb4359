/**
 * Range check of events for the limits of a format.
 *
 * @module
 */

import type { Sensor } from "../../events.ts";
import type { EventBlock } from "../reading/format.ts";

/** Limits of a format. */
export interface Limits {
  /** Name of the format in messages. */
  readonly format: string;
  /** Largest sensor. */
  readonly sensor: Sensor;
  /** End of the range of times in µs, exclusive. */
  readonly endUs: number;
}

/**
 * Requires that events are within the limits of a format.
 *
 * @param block The events.
 * @param limits Limits of the format.
 * @throws {RangeError} If a pixel is outside the sensor, or a time is negative
 *   or too late.
 *
 * @example
 * ```ts
 * import { checkEvents } from "./check_events.ts";
 * checkEvents({
 *   x: Uint16Array.of(5),
 *   y: Uint16Array.of(7),
 *   t: Float64Array.of(1000),
 *   p: Uint8Array.of(1),
 * }, { format: "CSV", sensor: { width: 8, height: 8 }, endUs: 2 ** 53 });
 * ```
 */
export function checkEvents(
  { x, y, t }: EventBlock,
  { format, sensor: { width, height }, endUs }: Limits,
): void {
  for (let i = 0; i < t.length; i++) {
    if (x[i] >= width || y[i] >= height) {
      throw new RangeError(
        `Cannot write ${format}: pixel (${x[i]}, ${y[i]}) is outside ` +
          `${width}×${height}`,
      );
    }
    if (!(t[i] >= 0 && t[i] < endUs)) {
      throw new RangeError(
        `Cannot write ${format}: an event is at ${t[i]} µs, times go from 0 ` +
          `to below ${endUs}`,
      );
    }
  }
}
