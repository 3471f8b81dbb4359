/**
 * Adam with AMSGrad; the equations are in adam.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "./spec.ts";
import code from "./adam.wgsl" with { type: "text" };

/** adam.wgsl, `step`. */
export const adamStep = {
  name: "adam step",
  code,
  entryPoint: "step",
  bindings: { update: 0, dw: 1, w: 2, m: 3, v: 4, vMax: 5 },
  inPlace: ["w", "m", "v", "vMax"],
  constants: ["size"],
} as const satisfies KernelSpec;
