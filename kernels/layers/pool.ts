/**
 * Sum pooling and the neurons that it drives; the equations are in pool.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "../spec.ts";
import { SRM, SRM_BINDINGS, SRM_CONSTANTS } from "../shared/srm.ts";
import code from "./pool.wgsl" with { type: "text" };

/** pool.wgsl, `forward`. */
export const poolForward = {
  name: "pool forward",
  code: SRM + code,
  entryPoint: "forward",
  bindings: { ...SRM_BINDINGS, inputs: 2, raster: 3 },
  constants: [
    ...SRM_CONSTANTS,
    "H",
    "W",
    "C",
    "P",
    "window",
    "digits",
    "turned",
  ],
} as const satisfies KernelSpec;
