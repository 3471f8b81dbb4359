/**
 * Adjoint of recurrent neurons, which read the spikes of their own layer; the
 * equations are in recurrent_adjoint.wgsl.
 *
 * @module
 */

import learned from "../cell_learned.wgsl" with { type: "text" };
import recall from "../cell_recall.wgsl" with { type: "text" };
import { learnedBinding, type SteppedText } from "../../shared/stepped.ts";
import type { KernelSpec } from "../../spec.ts";
import code from "./recurrent_adjoint.wgsl" with { type: "text" };
import { UNIT } from "../unit.ts";

/** Workgroup size of `adjoint`, in invocations. */
const LANES = 256;

function textOf(neuron: SteppedText): string {
  return UNIT + neuron.code + (neuron.recalls ? "" : recall) +
    (neuron.learns ? "" : learned) + code;
}

/**
 * recurrent_adjoint.wgsl, `adjoint`.
 *
 * @param neuron The WGSL of a stepped neuron.
 * @returns The kernel.
 */
export function recurrentAdjoint(neuron: SteppedText) {
  return {
    name: "recurrent_adjoint adjoint",
    code: textOf(neuron),
    entryPoint: "adjoint",
    workgroup: LANES,
    tile: { lanes: LANES },
    bindings: {
      batch: 0,
      ...learnedBinding(neuron),
      coefficients: 3,
      driven: 4,
      r: 5,
      above: 6,
      dy: 7,
      sums: 8,
      states: 9,
      ahead: 10,
    },
    inPlace: ["dy", "states"],
    constants: [
      "T",
      "C",
      "runSize",
      "channelLanes",
      ...neuron.constants,
      "theta",
      "sparse",
      "learnedFirst",
    ],
  } as const satisfies KernelSpec;
}

/**
 * recurrent_adjoint.wgsl, `channelSums`.
 *
 * @param neuron The WGSL of a stepped neuron.
 * @returns The kernel.
 */
export function recurrentChannelSums(neuron: SteppedText) {
  return {
    name: "recurrent_adjoint channelSums",
    code: textOf(neuron),
    entryPoint: "channelSums",
    workgroup: 64,
    bindings: { batch: 0, x: 2, coefficients: 3, dy: 7, sums: 8 },
    constants: ["T", "C", "runSize", ...neuron.constants],
  } as const satisfies KernelSpec;
}
