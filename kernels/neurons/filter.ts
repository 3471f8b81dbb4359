/**
 * Learned responses (PSP kernels) and their adjoint; the equations are in
 * filter.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "../spec.ts";
import code from "./filter.wgsl" with { type: "text" };

const constants = ["T", "sampleRows", "F", "K", "filters", "runSize"] as const;

/** filter.wgsl, `forward`. */
export const filterForward = {
  name: "filter forward",
  code,
  entryPoint: "forward",
  workgroup: 64,
  bindings: { response: 0, x: 1, y: 3 },
  constants,
} as const satisfies KernelSpec;

/** filter.wgsl, `adjoint`. */
export const filterAdjoint = {
  name: "filter adjoint",
  code,
  entryPoint: "adjoint",
  workgroup: 64,
  bindings: { response: 0, dy: 2, dx: 4 },
  constants,
} as const satisfies KernelSpec;
