/**
 * Sizes and strides of a convolution, for each of its kernels.
 *
 * @module
 */

import code from "./conv_geometry.wgsl" with { type: "text" };

/** conv_geometry.wgsl, to be compiled in front of a convolution's kernel. */
export const CONV_GEOMETRY = code;

/** Names of the constants in conv_geometry.wgsl. */
export const GEOMETRY_CONSTANTS = [
  "H",
  "W",
  "C",
  "OH",
  "OW",
  "OC",
  "KH",
  "KW",
  "G",
  "strideY",
  "strideX",
  "padY",
  "padX",
  "dilationY",
  "dilationX",
] as const;
