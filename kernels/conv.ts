/**
 * Convolution: forward, adjoint and weight gradient; the equations are in conv.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "./spec.ts";
import code from "./conv.wgsl" with { type: "text" };

/** conv.wgsl, `forward`. */
export const convForward = {
  name: "conv forward",
  code,
  entryPoint: "forward",
  bindings: { spikes: 1, w: 2, y: 5 },
  constants: [
    "T",
    "H",
    "W",
    "C",
    "OH",
    "OW",
    "K",
    "KH",
    "KW",
    "strideY",
    "strideX",
    "padY",
    "padX",
    "dilationY",
    "dilationX",
    "sets",
    "P",
    "height",
  ],
} as const satisfies KernelSpec;

/** conv.wgsl, `adjoint`. */
export const convAdjoint = {
  name: "conv adjoint",
  code,
  entryPoint: "adjoint",
  bindings: { w: 2, dy: 3, dx: 6 },
  constants: [
    "T",
    "H",
    "W",
    "C",
    "OH",
    "OW",
    "K",
    "KH",
    "KW",
    "strideY",
    "strideX",
    "padY",
    "padX",
    "dilationY",
    "dilationX",
    "sets",
  ],
} as const satisfies KernelSpec;

/** conv.wgsl, `tiledAdjoint`. */
export const convTiledAdjoint = {
  name: "conv tiledAdjoint",
  code,
  entryPoint: "tiledAdjoint",
  bindings: { w: 2, dy: 3, dx: 6 },
  constants: [
    "T",
    "H",
    "W",
    "C",
    "OH",
    "OW",
    "K",
    "KH",
    "KW",
    "strideY",
    "strideX",
    "padY",
    "padX",
    "dilationY",
    "dilationX",
    "sets",
    "RH",
    "RW",
  ],
} as const satisfies KernelSpec;

/** conv.wgsl, `partial`. */
export const convPartial = {
  name: "conv partial",
  code,
  entryPoint: "partial",
  bindings: { spikes: 1, dy: 3, part: 7 },
  constants: [
    "T",
    "H",
    "W",
    "C",
    "OH",
    "OW",
    "K",
    "KH",
    "KW",
    "strideY",
    "strideX",
    "padY",
    "padX",
    "dilationY",
    "dilationX",
    "sets",
    "P",
    "R",
    "height",
  ],
} as const satisfies KernelSpec;

/** conv.wgsl, `gradient`. */
export const convGradient = {
  name: "conv gradient",
  code,
  entryPoint: "gradient",
  bindings: { batch: 0, parts: 4, dw: 8 },
  constants: ["C", "K", "KH", "KW", "sets", "R"],
} as const satisfies KernelSpec;
