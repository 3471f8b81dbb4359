/**
 * The adjoint of neurons; the equations are in neuron_adjoint.wgsl.
 *
 * @module
 */

import {
  type KernelText,
  NEURON_CONSTANTS,
  NEURONS,
} from "../shared/neurons.ts";
import type { KernelSpec } from "../spec.ts";
import code from "./neuron_adjoint.wgsl" with { type: "text" };

/**
 * neuron_adjoint.wgsl, `adjoint`.
 *
 * @param neuron The WGSL of the neuron's adjoint.
 * @returns The kernel.
 */
export function neuronAdjoint(neuron: KernelText) {
  return {
    name: "neuron_adjoint adjoint",
    code: NEURONS + neuron.code + code,
    entryPoint: "adjoint",
    workgroup: 64,
    bindings: { largest: 1, ds: 2, u: 10 },
    inPlace: ["u"],
    constants: [
      ...NEURON_CONSTANTS,
      ...neuron.constants,
      "aboveRows",
      "pooled",
      "window",
      "W",
      "C",
      "poolGain",
      "flat",
      "adds",
      "ahead",
    ],
  } as const satisfies KernelSpec;
}
