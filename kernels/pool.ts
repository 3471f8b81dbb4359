/**
 * Sum pooling and its adjoint; the equations are in pool.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "./spec.ts";
import code from "./pool.wgsl" with { type: "text" };

/** pool.wgsl, `forward`. */
export const poolForward = {
  name: "pool forward",
  code,
  entryPoint: "forward",
  bindings: { spikes: 0, y: 2 },
  constants: ["T", "H", "W", "C", "P", "window", "scale"],
} as const satisfies KernelSpec;

/** pool.wgsl, `adjoint`. */
export const poolAdjoint = {
  name: "pool adjoint",
  code,
  entryPoint: "adjoint",
  bindings: { dy: 1, dx: 3 },
  constants: ["T", "H", "W", "C", "window", "gain"],
} as const satisfies KernelSpec;
