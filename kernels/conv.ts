/**
 * Convolution: forward, adjoint and weight gradient; the equations are in conv.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "./spec.ts";
import code from "./conv.wgsl" with { type: "text" };

/** The sizes that every pass over pixels needs. */
const GEOMETRY = [
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
] as const;

/** conv.wgsl, `forward`. */
export const convForward = {
  name: "conv forward",
  code,
  entryPoint: "forward",
  bindings: { spikes: 1, w: 2, y: 5 },
  constants: [
    ...GEOMETRY,
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
    ...GEOMETRY,
  ],
} as const satisfies KernelSpec;

/** conv.wgsl, `tiledAdjoint`. */
export const convTiledAdjoint = {
  name: "conv tiledAdjoint",
  code,
  entryPoint: "tiledAdjoint",
  bindings: { w: 2, dy: 3, dx: 6 },
  constants: [
    ...GEOMETRY,
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
    ...GEOMETRY,
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
