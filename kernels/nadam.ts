/**
 * NADAM with AMSGrad; the equations are in nadam.wgsl.
 *
 * @module
 */

import { MOMENTS, MOMENTS_BINDINGS } from "./moments.ts";
import type { KernelSpec } from "./spec.ts";
import text from "./nadam.wgsl" with { type: "text" };

/** nadam.wgsl, `step`. */
export const nadamStep = {
  name: "nadam step",
  code: MOMENTS + text,
  entryPoint: "step",
  bindings: MOMENTS_BINDINGS,
  inPlace: ["w", "m", "v", "vMax"],
  constants: ["size"],
} as const satisfies KernelSpec;
