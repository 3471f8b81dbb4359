/**
 * The sizes that every pass of a convolution over pixels needs.
 *
 * @module
 */

import code from "./conv_sizes.wgsl" with { type: "text" };

/** conv_sizes.wgsl, which stands before the text of each such kernel. */
export const CONV_SIZES = code;

/** Names of the constants, as in conv_sizes.wgsl. */
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
