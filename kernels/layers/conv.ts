/**
 * Convolution; the equations are in conv.wgsl.
 *
 * @module
 */

import {
  CONV_GEOMETRY,
  GEOMETRY_CONSTANTS,
} from "../shared/conv/conv_geometry.ts";
import type { KernelSpec } from "../spec.ts";
import text from "./conv.wgsl" with { type: "text" };

/** conv.wgsl, `forward`. */
export const convForward = {
  name: "conv forward",
  code: CONV_GEOMETRY + text,
  entryPoint: "forward",
  workgroup: 64,
  tile: { ownedBins: 4, ownedQuads: 2 },
  bindings: { neuronPacked: 0, w: 1, x: 2 },
  constants: ["T", "sampleRows", ...GEOMETRY_CONSTANTS, "P", "lastSign"],
} as const satisfies KernelSpec;

/** conv.wgsl, `wide`. */
export const convForwardWide = {
  ...convForward,
  name: "conv wide",
  entryPoint: "wide",
  tile: { ownedBins: 4, wideQuads: 4 },
} as const satisfies KernelSpec;
