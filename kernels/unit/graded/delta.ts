/**
 * Delta encoder of sigma-delta neurons, which send changes of their activation;
 * the equations are in delta.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "../../spec.ts";
import { UNIT, UNIT_CONSTANTS } from "../unit.ts";
import code from "./delta.wgsl" with { type: "text" };

/** Constants of messages. */
const MESSAGE_CONSTANTS = [
  "theta",
  "step",
  "accumulates",
  "activation",
  "most",
  "P",
] as const;

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
    spikes: 6,
    tally: 7,
    fired: 8,
    potentials: 9,
  },
  constants: [
    "T",
    "pixels",
    "C",
    "runSize",
    ...MESSAGE_CONSTANTS,
    "keep",
    "layer",
    "stride",
  ],
} as const satisfies KernelSpec;

/** delta.wgsl, `stream`. */
export const deltaStream = {
  name: "delta stream",
  code: UNIT + code,
  entryPoint: "stream",
  workgroup: 64,
  bindings: {
    x: 2,
    coefficients: 3,
    chunk: 5,
    spikes: 6,
    potentials: 9,
    carried: 12,
  },
  inPlace: ["spikes", "carried"],
  constants: ["T", "pixels", "C", "runSize", ...MESSAGE_CONSTANTS],
} as const satisfies KernelSpec;

/** delta.wgsl, `adjoint`. */
export const deltaAdjoint = {
  name: "delta adjoint",
  code: UNIT + code,
  entryPoint: "adjoint",
  workgroup: 64,
  bindings: { batch: 0, x: 2, coefficients: 3, above: 4, dy: 10, sums: 11 },
  constants: [...UNIT_CONSTANTS, "step", "activation"],
} as const satisfies KernelSpec;
