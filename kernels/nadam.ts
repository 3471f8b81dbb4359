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
  bindings: { update: 0, dw: 1, w: 2, m: 3, v: 4, vMax: 5 },
  inPlace: ["w", "m", "v", "vMax"],
  constants: ["size"],
} as const satisfies KernelSpec;
