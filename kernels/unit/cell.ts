/**
 * Neurons of a unit, from drive to spikes; the equations are in cell.wgsl.
 *
 * @module
 */

import { learnedBinding, type SteppedText } from "../shared/stepped.ts";
import { UNIT_CONSTANTS, UNIT_DRIVES } from "./unit.ts";
import type { KernelSpec } from "../spec.ts";
import code from "./cell.wgsl" with { type: "text" };

/**
 * cell.wgsl, `forward`.
 *
 * @param neuron The WGSL of a stepped neuron.
 * @returns The kernel.
 */
export function cellForward(neuron: SteppedText) {
  return {
    name: "cell forward",
    code: UNIT_DRIVES + neuron.code + code,
    entryPoint: "forward",
    workgroup: 64,
    bindings: {
      batch: 0,
      ...learnedBinding(neuron),
      x: 2,
      coefficients: 3,
      spikes: 4,
      tally: 5,
      fired: 6,
      potentials: 7,
    },
    constants: [
      ...UNIT_CONSTANTS,
      ...neuron.constants,
      "theta",
      "keep",
      "layer",
      "stride",
    ],
  } as const satisfies KernelSpec;
}
