/**
 * The spike response model, forward and adjoint; the equations are in srm.wgsl
 * and srm_adjoint.wgsl.
 *
 * @module
 */

import adjoint from "./srm_adjoint.wgsl" with { type: "text" };
import forward from "./srm.wgsl" with { type: "text" };
import type { KernelText } from "../shared/neurons.ts";

/** srm.wgsl, to be compiled after neurons.wgsl. */
export const SRM_FORWARD = {
  code: forward,
  constants: [
    "direct",
    "R",
    "decay",
    "lastA",
    "lastB",
    "refGain",
    "refDecay",
    "refLastA",
    "refLastB",
  ],
} as const satisfies KernelText;

/** srm_adjoint.wgsl, to be compiled after neurons.wgsl. */
export const SRM_ADJOINT = {
  code: adjoint,
  constants: [
    "theta",
    "direct",
    "decay",
    "lastA",
    "lastB",
    "scale",
    "slope",
    "reach",
    "refDecay",
    "refLastA",
    "refLastB",
    "refFactor",
  ],
} as const satisfies KernelText;
