/**
 * Neuron of the Loihi processor, forward and adjoint; the equations are in
 * loihi.wgsl and loihi_adjoint.wgsl.
 *
 * @module
 */

import type { KernelText } from "../shared/neurons.ts";
import adjoint from "./loihi_adjoint.wgsl" with { type: "text" };
import forward from "./loihi.wgsl" with { type: "text" };

/** loihi.wgsl, to be compiled after neurons.wgsl. */
export const LOIHI_FORWARD = {
  code: forward,
  constants: ["iDecay", "vDecay", "refDelay", "shift"],
} as const satisfies KernelText;

/** loihi_adjoint.wgsl, to be compiled after neurons.wgsl. */
export const LOIHI_ADJOINT = {
  code: adjoint,
  constants: ["theta", "iDecay", "vDecay", "initial", "peak", "scale", "slope"],
} as const satisfies KernelText;
