/**
 * Common sensor size of a data set, some of whose files may not give it.
 *
 * @module
 */

import type { Sensor } from "../../events.ts";

/** Sensor sizes of common cameras, and of the crops that data sets use. */
const CAMERAS: readonly Sensor[] = [
  { width: 34, height: 34 },
  { width: 128, height: 128 },
  { width: 240, height: 180 },
  { width: 304, height: 240 },
  { width: 320, height: 240 },
  { width: 346, height: 260 },
  { width: 480, height: 360 },
  { width: 640, height: 480 },
  { width: 1280, height: 720 },
];

/**
 * Minimum share of a camera's columns, and of its rows, within the extent of
 * the events.
 */
const REACHED = 0.9;

/**
 * Finds a sensor that contains the pixels of all recordings. If no file gives
 * this size, and the events extend over at least 90 % of the columns and rows
 * of a common camera, that camera's size is taken.
 *
 * @param sensors Sensor size of each recording, or the extent of its events;
 *   `told` if the file gives the size.
 * @returns The sensor, of at least one pixel.
 *
 * @example
 * ```ts
 * import { commonSensor } from "./common_sensor.ts";
 * const { width, height } = commonSensor([
 *   { width: 127, height: 90, told: false },
 *   { width: 126, height: 128, told: false },
 * ]);
 * if (width !== 128 || height !== 128) throw new Error("expected a DVS128");
 * ```
 */
export function commonSensor(
  sensors: readonly (Sensor & { readonly told: boolean })[],
): Sensor {
  const width = Math.max(1, ...sensors.map((sensor) => sensor.width));
  const height = Math.max(1, ...sensors.map((sensor) => sensor.height));
  if (sensors.some((s) => s.told && s.width === width && s.height === height)) {
    return { width, height };
  }
  return CAMERAS.find((camera) =>
    width <= camera.width && width >= REACHED * camera.width &&
    height <= camera.height && height >= REACHED * camera.height
  ) ?? { width, height };
}
