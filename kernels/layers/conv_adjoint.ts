/**
 * The adjoint of a convolution; the equations are in conv_adjoint.wgsl.
 *
 * @module
 */

import { CONV_SIZES, GEOMETRY } from "../shared/conv_geometry.ts";
import type { KernelSpec } from "../spec.ts";
import text from "./conv_adjoint.wgsl" with { type: "text" };

const code = CONV_SIZES + text;

/** conv_adjoint.wgsl, `direct`. */
export const convAdjointDirect = {
  name: "conv_adjoint direct",
  code,
  entryPoint: "direct",
  workgroup: 64,
  tile: { ownedBins: 8 },
  bindings: { w: 0, dy: 1, dx: 2 },
  constants: ["T", "sampleRows", ...GEOMETRY, "inRun", "inRow"],
} as const satisfies KernelSpec;

/** conv_adjoint.wgsl, `tiled`. */
export const convAdjointTiled = {
  name: "conv_adjoint tiled",
  code,
  entryPoint: "tiled",
  tile: { tileBins: 4, tileChannels: 8, tileMaps: 4 },
  bindings: { w: 0, dy: 1, dx: 2 },
  constants: [
    "T",
    "sampleRows",
    ...GEOMETRY,
    "inRun",
    "inRow",
    "RH",
    "RW",
    "rows",
    "columns",
    "beside",
  ],
} as const satisfies KernelSpec;
