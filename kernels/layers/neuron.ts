/**
 * Neurons on their own, and their adjoint; the equations are in neuron.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "../spec.ts";
import {
  RESPONSE_CONSTANTS,
  SRM,
  SRM_BINDINGS,
  SRM_CONSTANTS,
} from "../shared/srm.ts";
import text from "./neuron.wgsl" with { type: "text" };

const code = SRM + text;

/** neuron.wgsl, `forward`. */
export const neuronForward = {
  name: "neuron forward",
  code,
  entryPoint: "forward",
  bindings: SRM_BINDINGS,
  inPlace: ["u"],
  constants: [...SRM_CONSTANTS, "ahead"],
} as const satisfies KernelSpec;

/** neuron.wgsl, `adjoint`. */
export const neuronAdjoint = {
  name: "neuron adjoint",
  code,
  entryPoint: "adjoint",
  bindings: { largest: 1, ds: 2, u: 10 },
  inPlace: ["u"],
  constants: [
    ...RESPONSE_CONSTANTS,
    "F",
    "theta",
    "scale",
    "slope",
    "pooled",
    "window",
    "W",
    "C",
    "poolGain",
    "adds",
    "ahead",
  ],
} as const satisfies KernelSpec;
