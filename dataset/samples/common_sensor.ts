/**
 * The sensor of a data set, whose recordings may not tell its size.
 *
 * @module
 */

import type { Sensor } from "../events.ts";

/** Sizes of cameras, and of the parts of them that data sets keep. */
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

/** Share of a camera's columns, and of its rows, that events must reach. */
const REACHED = 0.9;

/**
 * Finds a sensor that has all pixels of some recordings. Where a recording does
 * not tell its size, and its events reach nine tenths of a common camera's
 * columns and rows, it is that camera's.
 *
 * @param sensors The sensors of the recordings, or the parts of them that have
 *   events, and whether the files told them.
 * @returns The sensor; one pixel at least.
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
