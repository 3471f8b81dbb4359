/**
 * Weights rounded to multiples of a step; see quantize.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "../spec.ts";
import code from "./quantize.wgsl" with { type: "text" };

/** quantize.wgsl, `quantize`. */
export const quantizeWeights = {
  name: "quantize quantize",
  code,
  entryPoint: "quantize",
  workgroup: 64,
  bindings: { weights: 0, rounded: 1 },
  constants: ["size", "step"],
} as const satisfies KernelSpec;
