/**
 * Running sums of drives over time: the decoder of sigma-delta neurons, and
 * currents; the equations are in sigma.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "../../spec.ts";
import { UNIT } from "../unit.ts";
import code from "./sigma.wgsl" with { type: "text" };

/** sigma.wgsl, `forward`. */
export const sigmaForward = {
  name: "sigma forward",
  code: UNIT + code,
  entryPoint: "forward",
  workgroup: 64,
  bindings: { values: 2 },
  inPlace: ["values"],
  constants: ["T", "pixels", "C", "runSize", "kept"],
} as const satisfies KernelSpec;

/** sigma.wgsl, `stream`. */
export const sigmaStream = {
  name: "sigma stream",
  code: UNIT + code,
  entryPoint: "stream",
  workgroup: 64,
  bindings: { chunk: 1, values: 2, carried: 3 },
  inPlace: ["values", "carried"],
  constants: ["T", "pixels", "C", "runSize", "kept"],
} as const satisfies KernelSpec;

/** sigma.wgsl, `adjoint`. */
export const sigmaAdjoint = {
  name: "sigma adjoint",
  code: UNIT + code,
  entryPoint: "adjoint",
  workgroup: 64,
  bindings: { values: 2 },
  inPlace: ["values"],
  constants: ["T", "pixels", "C", "runSize", "kept"],
} as const satisfies KernelSpec;
