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
  bindings: { nu: 0, u: 2, spikes: 3 },
  constants: ["T", "F", "R", "theta"],
} as const satisfies KernelSpec;

/** spike.wgsl, `adjoint`. */
export const spikeAdjoint = {
  name: "spike adjoint",
  code,
  entryPoint: "adjoint",
  bindings: { potential: 1, ds: 4 },
  constants: ["T", "F", "theta", "scale", "slope"],
} as const satisfies KernelSpec;
