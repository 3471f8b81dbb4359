/**
 * Sizes and strides of a convolution, for each of its kernels.
 *
 * @module
 */

import taps from "./adjoint_taps.wgsl" with { type: "text" };
import code from "./conv_geometry.wgsl" with { type: "text" };
import gradient from "./input_gradient.wgsl" with { type: "text" };

/** conv_geometry.wgsl, to be compiled in front of a convolution's kernel. */
export const CONV_GEOMETRY = code;

/** conv_geometry.wgsl followed by input_gradient.wgsl. */
export const INPUT_GRADIENT = code + gradient;

/** conv_geometry.wgsl followed by input_gradient.wgsl and adjoint_taps.wgsl. */
export const ADJOINT_TAPS = INPUT_GRADIENT + taps;

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
