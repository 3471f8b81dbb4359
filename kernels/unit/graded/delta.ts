/**
 * Neurons that send by how much their activation has changed; the equations are
 * in delta.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "../../spec.ts";
import { UNIT, UNIT_CONSTANTS } from "../unit.ts";
import code from "./delta.wgsl" with { type: "text" };

/** delta.wgsl, `forward`. */
export const deltaForward = {
  name: "delta forward",
  code: UNIT + code,
  entryPoint: "forward",
  workgroup: 64,
  bindings: {
    batch: 0,
    x: 2,
    coefficients: 3,
    spikes: 5,
    tally: 6,
    fired: 7,
    potentials: 8,
  },
  constants: [
    "T",
    "pixels",
    "C",
    "runSize",
    "theta",
    "keep",
    "layer",
    "stride",
    "most",
    "P",
  ],
} as const satisfies KernelSpec;

/** delta.wgsl, `adjoint`. */
export const deltaAdjoint = {
  name: "delta adjoint",
  code: UNIT + code,
  entryPoint: "adjoint",
  workgroup: 64,
  bindings: { batch: 0, x: 2, coefficients: 3, above: 4, dy: 9, sums: 10 },
  constants: [...UNIT_CONSTANTS, "theta"],
} as const satisfies KernelSpec;
