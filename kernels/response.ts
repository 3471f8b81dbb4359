/**
 * The synaptic response and its adjoint; the equations are in response.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "./spec.ts";
import code from "./response.wgsl" with { type: "text" };

/** response.wgsl, `forward`. */
export const responseForward = {
  name: "response forward",
  code,
  entryPoint: "forward",
  bindings: { epsilon: 0, x: 1, y: 3 },
  constants: ["T", "F", "K"],
} as const satisfies KernelSpec;

/** response.wgsl, `adjoint`. */
export const responseAdjoint = {
  name: "response adjoint",
  code,
  entryPoint: "adjoint",
  bindings: { epsilon: 0, dy: 2, dx: 4 },
  constants: ["T", "F", "K"],
} as const satisfies KernelSpec;
