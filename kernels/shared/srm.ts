/**
 * What the kernels that own neurons have in common; the equations are in
 * srm.wgsl.
 *
 * @module
 */

import code from "./srm.wgsl" with { type: "text" };

/** srm.wgsl, which stands before the text of each such kernel. */
export const SRM = code;

/** The bindings of a kernel that goes from a drive to spikes. */
export const SRM_BINDINGS = {
  batch: 0,
  largest: 1,
  u: 10,
  spikes: 11,
  tally: 12,
  fired: 13,
} as const;

/** What the alpha functions and their decaying sums are made of. */
export const RESPONSE_CONSTANTS = [
  "K",
  "normalised",
  "gain",
  "decay",
  "lastA",
  "lastB",
  "runSize",
  "T",
  "lead",
] as const;

/** The constants of a kernel that goes from a drive to spikes. */
export const SRM_CONSTANTS = [
  ...RESPONSE_CONSTANTS,
  "F",
  "R",
  "theta",
  "height",
  "keep",
  "layer",
  "stride",
  "refGain",
  "refDecay",
  "refLastA",
  "refLastB",
] as const;
