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
  bindings: { update: 0, clip: 1, dw: 2, w: 3, m: 4, v: 5, vMax: 6 },
  inPlace: ["w", "m", "v", "vMax"],
  constants: ["size"],
} as const satisfies KernelSpec;
