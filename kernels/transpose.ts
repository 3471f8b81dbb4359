/**
 * Packed along time to packed along neurons; the equation is in transpose.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "./spec.ts";
import code from "./transpose.wgsl" with { type: "text" };

/** transpose.wgsl, `forward`. */
export const transposeForward = {
  name: "transpose forward",
  code,
  entryPoint: "forward",
  bindings: { spikes: 0, raster: 1 },
  constants: ["F"],
} as const satisfies KernelSpec;
