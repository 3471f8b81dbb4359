/**
 * NADAM with AMSGrad; the equations are in nadam.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "./spec.ts";
import code from "./nadam.wgsl" with { type: "text" };

/** nadam.wgsl, `step`. */
export const nadamStep = {
  name: "nadam step",
  code,
  entryPoint: "step",
  bindings: { update: 0, clip: 1, dw: 2, w: 3, m: 4, v: 5, vMax: 6 },
  inPlace: ["w", "m", "v", "vMax"],
  constants: ["size"],
} as const satisfies KernelSpec;
