/**
 * Transposed convolution; the equations are in conv_transpose.wgsl.
 *
 * @module
 */

import {
  ADJOINT_TAPS,
  GEOMETRY_CONSTANTS,
} from "../shared/conv/conv_geometry.ts";
import type { KernelSpec } from "../spec.ts";
import text from "./conv_transpose.wgsl" with { type: "text" };

const code = ADJOINT_TAPS + text;

/** conv_transpose.wgsl, `forward`. */
export const convTransposeForward = {
  name: "conv_transpose forward",
  code,
  entryPoint: "forward",
  workgroup: 64,
  tile: { ownedBins: 8 },
  bindings: { inputs: 0, w: 1, x: 3 },
  constants: ["T", "sampleRows", ...GEOMETRY_CONSTANTS, "P"],
} as const satisfies KernelSpec;

/** conv_transpose.wgsl, `adjoint`. */
export const convTransposeAdjoint = {
  name: "conv_transpose adjoint",
  code,
  entryPoint: "adjoint",
  workgroup: 64,
  tile: { ownedBins: 8 },
  bindings: { w: 1, dy: 2, dx: 4 },
  constants: ["T", "sampleRows", ...GEOMETRY_CONSTANTS, "inRun", "inRow"],
} as const satisfies KernelSpec;

/** conv_transpose.wgsl, `strips`. */
export const convTransposeStrips = {
  name: "conv_transpose strips",
  code,
  entryPoint: "strips",
  workgroup: 64,
  bindings: { inputs: 0, dy: 2, stripSum: 5 },
  constants: ["T", "sampleRows", ...GEOMETRY_CONSTANTS, "P", "S", "height"],
} as const satisfies KernelSpec;
