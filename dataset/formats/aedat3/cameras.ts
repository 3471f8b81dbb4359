/**
 * Sensor sizes of the cameras in AEDAT headers.
 *
 * @module
 */

import type { Sensor } from "../../events.ts";

/** Cameras by the start of their names, in lower case. */
const CAMERAS: readonly (readonly [name: string, sensor: Sensor])[] = [
  ["dvs128", { width: 128, height: 128 }],
  ["davis128", { width: 128, height: 128 }],
  ["davis208", { width: 208, height: 192 }],
  ["davis240", { width: 240, height: 180 }],
  ["davis346", { width: 346, height: 260 }],
  ["davis640", { width: 640, height: 480 }],
];

/**
 * Finds the sensor size of a camera by its name in a header.
 *
 * @param name The name, such as `DAVIS240C` or jAER's class name
 *   `eu.seebetter.ini.chips.davis.Davis346red`.
 * @returns Its size in pixels; `undefined` for an unknown camera.
 *
 * @example
 * ```ts
 * import { sensorOfCamera } from "./cameras.ts";
 * if (sensorOfCamera("DAVIS240C")?.width !== 240) throw new Error("misread");
 * ```
 */
export function sensorOfCamera(name: string): Sensor | undefined {
  const camera = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  return CAMERAS.find(([start]) => camera.startsWith(start))?.[1];
}
