/**
 * Delay of each axon in bins; see axon_shift.wgsl.
 *
 * @module
 */

import code from "./axon_shift.wgsl" with { type: "text" };

/** axon_shift.wgsl, to be compiled in front of the kernels of axons. */
export const AXON_SHIFT = code;

/** The constants of axon_shift.wgsl. */
export const AXON_SHIFT_CONSTANTS = [
  "T",
  "C",
  "Ts",
  "learned",
  "perChannel",
  "shift",
] as const;
