/**
 * Population votes; the equations are in average.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "../spec.ts";
import code from "./average.wgsl" with { type: "text" };

/** average.wgsl, `forward`. */
export const averageForward = {
  name: "average forward",
  code,
  entryPoint: "forward",
  workgroup: 64,
  bindings: { inputs: 0, x: 2 },
  constants: ["T", "F", "O", "C", "P", "lastSign"],
} as const satisfies KernelSpec;

/** average.wgsl, `adjoint`. */
export const averageAdjoint = {
  name: "average adjoint",
  code,
  entryPoint: "adjoint",
  workgroup: 64,
  bindings: { dy: 1, dx: 3 },
  constants: ["T", "F", "O", "C", "inRun", "inRow"],
} as const satisfies KernelSpec;
