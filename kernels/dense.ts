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
  bindings: { w: 2, y: 3, list: 7, length: 8 },
  constants: ["T", "I", "O", "P", "height"],
} as const satisfies KernelSpec;

/** dense.wgsl, `adjoint`. */
export const denseAdjoint = {
  name: "dense adjoint",
  code,
  entryPoint: "adjoint",
  bindings: { w: 2, dy: 4, dx: 5 },
  constants: ["T", "I", "O"],
} as const satisfies KernelSpec;

/** dense.wgsl, `gradient`. */
export const denseGradient = {
  name: "dense gradient",
  code,
  entryPoint: "gradient",
  bindings: { batch: 0, spikes: 1, dy: 4, dw: 6 },
  constants: ["T", "I", "O", "P", "height"],
} as const satisfies KernelSpec;
