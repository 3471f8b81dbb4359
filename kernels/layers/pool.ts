/**
 * Sum pooling and the neurons that it drives; the equations are in pool.wgsl.
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
import code from "./pool.wgsl" with { type: "text" };

/**
 * pool.wgsl, `forward`.
 *
 * @param neuron The WGSL of the neuron.
 * @returns The kernel.
 */
export function poolForward(neuron: KernelText) {
  return {
    name: "pool forward",
    code: NEURONS + neuron.code + code,
    entryPoint: "forward",
    workgroup: 64,
    bindings: { ...NEURON_BINDINGS, inputs: 2, neuronPacked: 3 },
    constants: [
      ...NEURON_CONSTANTS,
      ...FIRING_CONSTANTS,
      ...neuron.constants,
      "H",
      "W",
      "C",
      "P",
      "window",
      "digits",
      "packsNeurons",
    ],
  } as const satisfies KernelSpec;
}

/**
 * pool.wgsl, `gather`.
 *
 * @param neuron The WGSL of a neuron; compiled along, but not called.
 * @returns The kernel.
 */
export function poolGather(neuron: KernelText) {
  return {
    name: "pool gather",
    code: NEURONS + neuron.code + code,
    entryPoint: "gather",
    workgroup: 64,
    bindings: { inputs: 2, u: 10 },
    constants: [
      "T",
      "F",
      "runSize",
      "K",
      "lead",
      "H",
      "W",
      "C",
      "P",
      "window",
      "digits",
    ],
  } as const satisfies KernelSpec;
}
