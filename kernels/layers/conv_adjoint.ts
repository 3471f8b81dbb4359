/**
 * Adjoint of a convolution of any size; the equation is in conv_adjoint.wgsl.
 *
 * @module
 */

import {
  ADJOINT_TAPS,
  GEOMETRY_CONSTANTS,
} from "../shared/conv/conv_geometry.ts";
import type { KernelSpec } from "../spec.ts";
import text from "./conv_adjoint.wgsl" with { type: "text" };

/** conv_adjoint.wgsl, `direct`. */
export const convAdjointDirect = {
  name: "conv_adjoint direct",
  code: ADJOINT_TAPS + text,
  entryPoint: "direct",
  workgroup: 64,
  tile: { ownedBins: 8 },
  bindings: { w: 0, dy: 1, dx: 2 },
  constants: ["T", "sampleRows", ...GEOMETRY_CONSTANTS, "inRun", "inRow"],
} as const satisfies KernelSpec;

/** conv_adjoint.wgsl, `block`. */
export const convAdjointBlock = {
  ...convAdjointDirect,
  name: "conv_adjoint block",
  entryPoint: "block",
  tile: { blockBins: 4, blockChannels: 16, blockColumns: 4 },
} as const satisfies KernelSpec;
