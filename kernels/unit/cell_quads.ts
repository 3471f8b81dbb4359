/**
 * Neurons of a unit and their adjoint, by quads of channels; the equations are
 * in cell_quads.wgsl.
 *
 * @module
 */

import { learnedBinding, type SteppedText } from "../shared/stepped.ts";
import { UNIT_DRIVES } from "./unit.ts";
import type { KernelSpec } from "../spec.ts";
import text from "./cell_quads.wgsl" with { type: "text" };
import past from "./cell_past.wgsl" with { type: "text" };
import recall from "./cell_recall.wgsl" with { type: "text" };

const SIZES = ["T", "pixels", "C", "runSize", "S"] as const;

/**
 * cell_quads.wgsl, `forward`.
 *
 * @param neuron The WGSL of a stepped neuron.
 * @returns The kernel.
 */
export function cellQuadsForward(neuron: SteppedText) {
  return {
    name: "cell_quads forward",
    code: codeOf(neuron),
    entryPoint: "forward",
    workgroup: 64,
    bindings: {
      batch: 0,
      ...learnedBinding(neuron),
      coefficients: 3,
      xQuads: 5,
      spikeQuads: 9,
      tally: 10,
      fired: 11,
    },
    constants: [
      ...SIZES,
      ...neuron.constants,
      "theta",
      "layer",
      "stride",
    ],
  } as const satisfies KernelSpec;
}

/**
 * cell_quads.wgsl, `adjoint`.
 *
 * @param neuron The WGSL of a stepped neuron.
 * @returns The kernel; it does not compute gradients of learned parameters.
 */
export function cellQuadsAdjoint(neuron: SteppedText) {
  return {
    name: "cell_quads adjoint",
    code: codeOf(neuron),
    entryPoint: "adjoint",
    workgroup: 64,
    bindings: {
      batch: 0,
      ...learnedBinding(neuron),
      coefficients: 3,
      routes: 4,
      xQuads: 5,
      aboveQuads: 6,
      dyQuads: 7,
      sums: 8,
    },
    constants: [
      ...SIZES,
      ...neuron.constants,
      "theta",
      "W",
      "window",
      "outW",
      "outPixels",
      "routed",
      "sparse",
    ],
  } as const satisfies KernelSpec;
}

function codeOf({ code, recalls }: SteppedText): string {
  return UNIT_DRIVES + code + (recalls ? "" : recall) + past + text;
}
