/**
 * The sizes that every pass of a convolution over pixels needs.
 *
 * @module
 */

/** Names of the constants, as in conv.wgsl. */
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
