/**
 * All-to-all synapses: forward, adjoint and weight gradient; the equations are
 * in dense.wgsl.
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
  bindings: { raster: 1, w: 3, x: 5 },
  constants: ["T", "sampleRows", "I", "O", "P"],
} as const satisfies KernelSpec;

/** dense.wgsl, `adjoint`. */
export const denseAdjoint = {
  name: "dense adjoint",
  code,
  entryPoint: "adjoint",
  bindings: { w: 3, dy: 4, dx: 6 },
  constants: ["T", "sampleRows", "I", "O", "inRun", "inRow"],
} as const satisfies KernelSpec;

/** dense.wgsl, `gradient`. */
export const denseGradient = {
  name: "dense gradient",
  code,
  entryPoint: "gradient",
  bindings: { batch: 0, inputs: 2, dy: 4, dw: 7 },
  constants: ["T", "sampleRows", "I", "O", "P", "height", "busy", "sharers"],
} as const satisfies KernelSpec;
