/**
 * What the kernels that own neurons have in common; the equations are in
 * srm.wgsl.
 *
 * @module
 */

import { STORED } from "./stored.ts";
import code from "./srm.wgsl" with { type: "text" };

/** stored.wgsl and srm.wgsl, which stand before the text of each such kernel. */
export const SRM = STORED + code;

/** The bindings of a kernel that goes from a drive to spikes. */
export const SRM_BINDINGS = {
  batch: 0,
  taps: 1,
  largest: 2,
  u: 10,
  spikes: 11,
  tally: 12,
  fired: 13,
} as const;

/** What the alpha functions and their decaying sums are made of. */
export const RESPONSE_CONSTANTS = [
  "K",
  "exact",
  "normalised",
  "gain",
  "decay",
  "lastA",
  "lastB",
  "runSize",
  "T",
  "lead",
  "half",
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
