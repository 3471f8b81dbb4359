/**
 * Pooling and dropout of spikes; the equations are in pool_raster.wgsl.
 *
 * @module
 */

import { HASH } from "../shared/hash.ts";
import { MICRO_BATCH } from "../shared/micro_batch.ts";
import type { KernelSpec } from "../spec.ts";
import text from "./pool_raster.wgsl" with { type: "text" };

const code = MICRO_BATCH + HASH + text;

/** pool_raster.wgsl, `largest`. */
export const poolLargest = {
  name: "pool_raster largest",
  code,
  entryPoint: "largest",
  workgroup: 64,
  bindings: { batch: 0, count: 1, out: 3 },
  constants: ["B", "P", "H", "W", "C", "window", "threshold", "layer"],
} as const satisfies KernelSpec;

/** pool_raster.wgsl, `sum`. */
export const poolSum = {
  name: "pool_raster sum",
  code,
  entryPoint: "sum",
  workgroup: 64,
  bindings: { batch: 0, count: 1, out: 3 },
  constants: ["B", "P", "OP", "H", "W", "C", "window", "threshold", "layer"],
} as const satisfies KernelSpec;

/** pool_raster.wgsl, `routes`. */
export const poolRoutes = {
  name: "pool_raster routes",
  code,
  entryPoint: "routes",
  workgroup: 64,
  bindings: { batch: 0, count: 1, pooled: 2, route: 4 },
  constants: [
    "B",
    "P",
    "H",
    "W",
    "C",
    "window",
    "inner",
    "threshold",
    "layer",
    "picks",
  ],
} as const satisfies KernelSpec;
