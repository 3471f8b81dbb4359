/**
 * Neurons of a unit, from drive to spikes; the equations are in cell.wgsl.
 *
 * @module
 */

import type { SteppedText } from "../shared/stepped.ts";
import { UNIT_CONSTANTS, UNIT_DRIVES } from "../unit/unit.ts";
import type { KernelSpec } from "../spec.ts";
import code from "./cell.wgsl" with { type: "text" };

/**
 * cell.wgsl, `forward`.
 *
 * @param neuron The text of a stepped neuron.
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
      x: 1,
      coefficients: 2,
      spikes: 3,
      tally: 4,
      fired: 5,
      potentials: 6,
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
