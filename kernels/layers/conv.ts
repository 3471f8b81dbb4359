/**
 * Convolution; the equations are in conv.wgsl.
 *
 * @module
 */

import { CONV_SIZES, GEOMETRY } from "../shared/conv_geometry.ts";
import type { KernelSpec } from "../spec.ts";
import code from "./conv.wgsl" with { type: "text" };

/** conv.wgsl, `forward`. */
export const convForward = {
  name: "conv forward",
  code: CONV_SIZES + code,
  entryPoint: "forward",
  workgroup: 64,
  tile: { ownedBins: 4 },
  bindings: { raster: 0, w: 1, x: 2 },
  constants: ["T", "sampleRows", ...GEOMETRY, "P"],
} as const satisfies KernelSpec;
