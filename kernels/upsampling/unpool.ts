/**
 * Unpooling; the equations are in unpool.wgsl.
 *
 * @module
 */

import type { KernelSpec } from "../spec.ts";
import code from "./unpool.wgsl" with { type: "text" };

/** unpool.wgsl, `forward`. */
export const unpoolForward = {
  name: "unpool forward",
  code,
  entryPoint: "forward",
  workgroup: 64,
  tile: { ownedBins: 8 },
  bindings: { inputs: 0, x: 2 },
  constants: ["T", "sampleRows", "P", "H", "W", "C", "window", "gain"],
} as const satisfies KernelSpec;

/** unpool.wgsl, `adjoint`. */
export const unpoolAdjoint = {
  name: "unpool adjoint",
  code,
  entryPoint: "adjoint",
  workgroup: 64,
  tile: { ownedBins: 8 },
  bindings: { dy: 1, dx: 3 },
  constants: [
    "T",
    "sampleRows",
    "H",
    "W",
    "C",
    "window",
    "gain",
    "inRun",
    "inRow",
  ],
} as const satisfies KernelSpec;
