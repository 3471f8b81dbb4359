/**
 * The sizes that every pass of a convolution over pixels needs.
 *
 * @module
 */

import code from "./conv_geometry.wgsl" with { type: "text" };

/** conv_geometry.wgsl, which stands before the text of each such kernel. */
export const CONV_SIZES = code;

/** Names of the constants, as in conv_geometry.wgsl. */
export const GEOMETRY = [
  "H",
  "W",
  "C",
  "OH",
  "OW",
  "M",
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
