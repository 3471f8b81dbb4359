/**
 * Geometry of a unit's drives; see unit.wgsl.
 *
 * @module
 */

import { MICRO_BATCH } from "../shared/micro_batch.ts";
import text from "./unit.wgsl" with { type: "text" };
import drives from "./unit_drives.wgsl" with { type: "text" };

/** unit.wgsl, to be compiled in front of kernels that read drives. */
export const UNIT = MICRO_BATCH + text;

/** unit.wgsl and unit_drives.wgsl, for kernels that integrate drives. */
export const UNIT_DRIVES = UNIT + drives;

/** Constants of unit.wgsl in kernels that work by lanes and strips. */
export const UNIT_CONSTANTS = [
  "T",
  "pixels",
  "C",
  "runSize",
  "channelLanes",
  "S",
] as const;
