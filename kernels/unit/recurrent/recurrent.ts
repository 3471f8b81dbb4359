/**
 * Recurrent neurons, which read the spikes of their own layer; the equations
 * are in recurrent.wgsl.
 *
 * @module
 */

import { learnedBinding, type SteppedText } from "../../shared/stepped.ts";
import type { KernelSpec } from "../../spec.ts";
import code from "./recurrent.wgsl" with { type: "text" };
import { UNIT } from "../unit.ts";

/** Workgroup size, in invocations. */
const LANES = 256;

/**
 * recurrent.wgsl, `forward`.
 *
 * @param neuron The WGSL of a stepped neuron.
 * @returns The kernel.
 */
export function recurrentForward(neuron: SteppedText) {
  return {
    name: "recurrent forward",
    code: UNIT + neuron.code + code,
    entryPoint: "forward",
    workgroup: LANES,
    tile: { lanes: LANES },
    bindings: {
      batch: 0,
      ...learnedBinding(neuron),
      x: 2,
      coefficients: 3,
      r: 4,
      spikes: 6,
      tally: 7,
      fired: 8,
      potentials: 9,
      driven: 10,
    },
    constants: [
      "T",
      "C",
      "runSize",
      ...neuron.constants,
      "theta",
      "keep",
      "layer",
      "stride",
    ],
  } as const satisfies KernelSpec;
}

/**
 * recurrent.wgsl, `stream`.
 *
 * @param neuron The WGSL of a stepped neuron.
 * @returns The kernel.
 */
export function recurrentStream(neuron: SteppedText) {
  return {
    name: "recurrent stream",
    code: UNIT + neuron.code + code,
    entryPoint: "stream",
    workgroup: LANES,
    tile: { lanes: LANES },
    bindings: {
      ...learnedBinding(neuron),
      x: 2,
      coefficients: 3,
      r: 4,
      chunk: 5,
      spikes: 6,
      potentials: 9,
      carried: 11,
    },
    inPlace: ["spikes", "carried"],
    constants: ["T", "C", "runSize", ...neuron.constants, "theta"],
  } as const satisfies KernelSpec;
}
