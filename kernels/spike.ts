/**
 * Refractory response, threshold and surrogate gradient; the equations are in spike.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "./spec.ts";
import code from "./spike.wgsl" with { type: "text" };

/** spike.wgsl, `forward`. */
export const spikeForward = {
  name: "spike forward",
  code,
  entryPoint: "forward",
  bindings: { nu: 0, u: 1, spikes: 2 },
  constants: ["T", "F", "R", "theta"],
} as const satisfies KernelSpec;

/** spike.wgsl, `adjoint`. */
export const spikeAdjoint = {
  name: "spike adjoint",
  code,
  entryPoint: "adjoint",
  bindings: { potential: 3, ds: 4 },
  constants: ["T", "F", "theta", "scale", "slope"],
} as const satisfies KernelSpec;
