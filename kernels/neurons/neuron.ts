/**
 * Integration of drives to potentials and spikes; the equations are in
 * neuron.wgsl.
 *
 * @module
 */

import {
  FIRING_CONSTANTS,
  type KernelText,
  NEURON_BINDINGS,
  NEURON_CONSTANTS,
  NEURONS,
} from "../shared/neurons.ts";
import type { KernelSpec } from "../spec.ts";
import code from "./neuron.wgsl" with { type: "text" };

/**
 * neuron.wgsl, `forward`.
 *
 * @param neuron The WGSL of the neuron.
 * @returns The kernel.
 */
export function neuronForward(neuron: KernelText) {
  return {
    name: "neuron forward",
    code: NEURONS + neuron.code + code,
    entryPoint: "forward",
    workgroup: 64,
    bindings: NEURON_BINDINGS,
    inPlace: ["u"],
    constants: [
      ...NEURON_CONSTANTS,
      ...FIRING_CONSTANTS,
      ...neuron.constants,
      "ahead",
    ],
  } as const satisfies KernelSpec;
}
