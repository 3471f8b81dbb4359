/**
 * The depth-wise half of a ghost convolution; the equations are in ghost.wgsl.
 *
 * @module
 */

import { MICRO_BATCH } from "../shared/micro_batch.ts";
import type { KernelSpec } from "../spec.ts";
import text from "./ghost.wgsl" with { type: "text" };

const code = MICRO_BATCH + text;

/** ghost.wgsl, `forward`. */
export const ghostForward = {
  name: "ghost forward",
  code,
  entryPoint: "forward",
  workgroup: 64,
  bindings: { first: 1, ghostWeights: 2, x: 5 },
  constants: ["T", "H", "W", "half", "window"],
} as const satisfies KernelSpec;

/** ghost.wgsl, `adjoint`. */
export const ghostAdjoint = {
  name: "ghost adjoint",
  code,
  entryPoint: "adjoint",
  workgroup: 64,
  bindings: { ghostWeights: 2, dy: 3, dfirst: 6 },
  constants: ["T", "H", "W", "half", "window"],
} as const satisfies KernelSpec;

/** ghost.wgsl, `strips`. */
export const ghostStrips = {
  name: "ghost strips",
  code,
  entryPoint: "strips",
  workgroup: 64,
  bindings: { first: 1, dy: 3, stripSum: 7 },
  constants: ["T", "H", "W", "half", "window"],
} as const satisfies KernelSpec;

/** ghost.wgsl, `total`. */
export const ghostTotal = {
  name: "ghost total",
  code,
  entryPoint: "total",
  workgroup: 64,
  bindings: { batch: 0, stripSums: 4, dw: 8 },
  constants: ["H", "half", "window"],
} as const satisfies KernelSpec;
