/**
 * All-to-all synapses: forward, adjoint and weight gradient; the equations are in dense.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "./spec.ts";
import code from "./dense.wgsl" with { type: "text" };

/** dense.wgsl, `forward`. */
export const denseForward = {
  name: "dense forward",
  code,
  entryPoint: "forward",
  bindings: { w: 2, list: 4, length: 5, y: 6 },
  constants: ["T", "I", "O", "P", "height"],
} as const satisfies KernelSpec;

/** dense.wgsl, `adjoint`. */
export const denseAdjoint = {
  name: "dense adjoint",
  code,
  entryPoint: "adjoint",
  bindings: { w: 2, dy: 3, dx: 7 },
  constants: ["T", "I", "O"],
} as const satisfies KernelSpec;

/** dense.wgsl, `gradient`. */
export const denseGradient = {
  name: "dense gradient",
  code,
  entryPoint: "gradient",
  bindings: { batch: 0, spikes: 1, dy: 3, dw: 8 },
  constants: ["T", "I", "O", "P", "height"],
} as const satisfies KernelSpec;
