/**
 * Neurons in a stream, from drives to spikes; see neuron_stream.wgsl.
 *
 * @module
 */

import { type KernelText, NEURONS } from "../shared/neurons.ts";
import type { KernelSpec } from "../spec.ts";
import code from "./neuron_stream.wgsl" with { type: "text" };

/**
 * neuron_stream.wgsl, `forward`.
 *
 * @param neuron The WGSL of the neuron.
 * @returns The kernel.
 */
export function neuronStream(neuron: KernelText) {
  return {
    name: "neuron_stream forward",
    code: NEURONS + neuron.code + code,
    entryPoint: "forward",
    workgroup: 64,
    bindings: {
      largest: 1,
      chunk: 2,
      drives: 3,
      u: 10,
      spikes: 11,
      carried: 14,
      lastDrives: 15,
      lastSpikes: 16,
    },
    inPlace: ["spikes", "carried", "lastDrives", "lastSpikes"],
    constants: [
      "T",
      "F",
      "runSize",
      "K",
      "lead",
      "gain",
      "normalised",
      "theta",
      "height",
      ...neuron.constants,
      "frameBins",
      "ringRows",
      "lag",
      "ringWords",
    ],
  } as const satisfies KernelSpec;
}
