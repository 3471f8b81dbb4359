/**
 * The adjoint of a unit's neurons; the equations are in cell_adjoint.wgsl.
 *
 * @module
 */

import { learnedBinding, type SteppedText } from "../shared/stepped.ts";
import { UNIT_CONSTANTS, UNIT_DRIVES } from "./unit.ts";
import type { KernelSpec } from "../spec.ts";
import code from "./cell_adjoint.wgsl" with { type: "text" };
import learned from "./cell_learned.wgsl" with { type: "text" };
import past from "./cell_past.wgsl" with { type: "text" };
import recall from "./cell_recall.wgsl" with { type: "text" };

/**
 * cell_adjoint.wgsl, `adjoint`.
 *
 * @param neuron The WGSL of a stepped neuron.
 * @returns The kernel.
 */
export function cellAdjoint(neuron: SteppedText) {
  return {
    name: "cell_adjoint adjoint",
    code: UNIT_DRIVES + neuron.code + (neuron.recalls ? "" : recall) +
      (neuron.learns ? "" : learned) + past + code,
    entryPoint: "adjoint",
    workgroup: 64,
    bindings: {
      batch: 0,
      ...learnedBinding(neuron),
      x: 2,
      coefficients: 3,
      routes: 4,
      shortcut: 5,
      above: 6,
      dy: 7,
      sums: 8,
      dshortcut: 9,
    },
    constants: [
      ...UNIT_CONSTANTS,
      ...neuron.constants,
      "theta",
      "W",
      "window",
      "outW",
      "outPixels",
      "routed",
      "residual",
      "shortcutRun",
      "sparse",
      "learnedFirst",
    ],
  } as const satisfies KernelSpec;
}
