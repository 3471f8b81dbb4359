/**
 * Tiled adjoint of a convolution; the equation is in conv_adjoint_tiled.wgsl.
 *
 * @module
 */

import {
  GEOMETRY_CONSTANTS,
  INPUT_GRADIENT,
} from "../shared/conv/conv_geometry.ts";
import type { KernelSpec } from "../spec.ts";
import text from "./conv_adjoint_tiled.wgsl" with { type: "text" };

const code = INPUT_GRADIENT + text;

/** conv_adjoint_tiled.wgsl, `adjoint`. */
export const convAdjointTiled = {
  name: "conv_adjoint_tiled adjoint",
  code,
  entryPoint: "adjoint",
  tile: { tileBins: 4, tileChannels: 8, tileOutputs: 4 },
  bindings: { w: 0, dy: 1, dx: 2 },
  constants: [
    "T",
    "sampleRows",
    ...GEOMETRY_CONSTANTS,
    "inRun",
    "inRow",
    "RH",
    "RW",
    "rows",
    "columns",
  ],
} as const satisfies KernelSpec;
