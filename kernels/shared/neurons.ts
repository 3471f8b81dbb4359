/**
 * Neurons over time: the text that every kernel which integrates them is
 * compiled after; see neurons.wgsl.
 *
 * @module
 */

import code from "./neurons.wgsl" with { type: "text" };

/** Part of a kernel's WGSL, with the names of the constants that it declares. */
export interface KernelText {
  /** The text. */
  readonly code: string;
  /** The `override` constants in it that may be given a value. */
  readonly constants: readonly string[];
}

/** neurons.wgsl, which stands before the text of a neuron. */
export const NEURONS = code;

/** The bindings of a kernel that goes from a drive to spikes. */
export const NEURON_BINDINGS = {
  batch: 0,
  largest: 1,
  u: 10,
  spikes: 11,
  tally: 12,
  fired: 13,
} as const;

/** The constants of either direction. */
export const NEURON_CONSTANTS = [
  "T",
  "F",
  "runSize",
  "K",
  "lead",
  "gain",
  "normalised",
] as const;

/** The further ones of a kernel that goes from a drive to spikes. */
export const FIRING_CONSTANTS = [
  "theta",
  "height",
  "keep",
  "layer",
  "stride",
] as const;
