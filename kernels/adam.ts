/**
 * Adam with AMSGrad; the equations are in adam.wgsl.
 *
 * @module
 */

import { MOMENTS, MOMENTS_BINDINGS } from "./moments.ts";
import type { KernelSpec } from "./spec.ts";
import text from "./adam.wgsl" with { type: "text" };

/** adam.wgsl, `step`. */
export const adamStep = {
  name: "adam step",
  code: MOMENTS + text,
  entryPoint: "step",
  bindings: MOMENTS_BINDINGS,
  inPlace: ["w", "m", "v", "vMax"],
  constants: ["size"],
} as const satisfies KernelSpec;
