/**
 * Neurons of a unit in a stream, from drive to spikes; see cell_stream.wgsl.
 *
 * @module
 */

import { learnedBinding, type SteppedText } from "../shared/stepped.ts";
import type { KernelSpec } from "../spec.ts";
import { UNIT } from "../unit/unit.ts";
import code from "./cell_stream.wgsl" with { type: "text" };

/**
 * cell_stream.wgsl, `forward`.
 *
 * @param neuron The WGSL of a stepped neuron.
 * @returns The kernel.
 */
export function cellStream(neuron: SteppedText) {
  return {
    name: "cell_stream forward",
    code: UNIT + neuron.code + code,
    entryPoint: "forward",
    workgroup: 64,
    bindings: {
      ...learnedBinding(neuron),
      x: 2,
      coefficients: 3,
      chunk: 4,
      spikes: 5,
      potentials: 6,
      carried: 7,
    },
    inPlace: ["spikes", "carried"],
    constants: [
      "T",
      "pixels",
      "C",
      "runSize",
      ...neuron.constants,
      "theta",
    ],
  } as const satisfies KernelSpec;
}
