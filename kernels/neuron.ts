/**
 * The spiking neuron and its adjoint; the equations are in neuron.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "./spec.ts";
import code from "./neuron.wgsl" with { type: "text" };

/** neuron.wgsl, `forward`. */
export const neuronForward = {
  name: "neuron forward",
  code,
  entryPoint: "forward",
  bindings: { epsilon: 0, nu: 1, x: 2, u: 5, spikes: 6 },
  constants: ["T", "F", "K", "R", "theta"],
} as const satisfies KernelSpec;

/** neuron.wgsl, `adjoint`. */
export const neuronAdjoint = {
  name: "neuron adjoint",
  code,
  entryPoint: "adjoint",
  bindings: { epsilon: 0, potential: 3, ds: 4, dx: 7 },
  constants: ["T", "F", "K", "theta", "scale", "slope"],
} as const satisfies KernelSpec;
