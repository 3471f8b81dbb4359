/**
 * The adjoint of a unit's neurons; the equations are in cell_adjoint.wgsl.
 *
 * @module
 */

import type { SteppedText } from "../shared/stepped.ts";
import { UNIT_CONSTANTS, UNIT_DRIVES } from "../unit/unit.ts";
import type { KernelSpec } from "../spec.ts";
import code from "./cell_adjoint.wgsl" with { type: "text" };
import recall from "./cell_recall.wgsl" with { type: "text" };

/**
 * cell_adjoint.wgsl, `adjoint`.
 *
 * @param neuron The text of a stepped neuron.
 * @returns The kernel.
 */
export function cellAdjoint(neuron: SteppedText) {
  return {
    name: "cell_adjoint adjoint",
    code: UNIT_DRIVES + neuron.code + (neuron.recalls ? "" : recall) + code,
    entryPoint: "adjoint",
    workgroup: 64,
    bindings: {
      batch: 0,
      x: 1,
      coefficients: 2,
      routes: 3,
      shortcut: 4,
      above: 5,
      dy: 6,
      sums: 7,
      dshortcut: 8,
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
    ],
  } as const satisfies KernelSpec;
}
