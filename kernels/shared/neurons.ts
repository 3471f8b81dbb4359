/**
 * State of neurons in memory, for all kernels that integrate neurons over time;
 * see neurons.wgsl.
 *
 * @module
 */

import { MICRO_BATCH } from "./micro_batch.ts";
import text from "./neurons.wgsl" with { type: "text" };

/** Part of a kernel's WGSL, with the names of the constants that it declares. */
export interface KernelText {
  /** The text. */
  readonly code: string;
  /** The `override` constants in it that may be given a value. */
  readonly constants: readonly string[];
}

/** neurons.wgsl, to be compiled in front of the text of a neuron. */
export const NEURONS = MICRO_BATCH + text;

/** The bindings of neurons.wgsl in a forward kernel. */
export const NEURON_BINDINGS = {
  batch: 0,
  largest: 1,
  u: 10,
  spikes: 11,
  tally: 12,
  fired: 13,
} as const;

/** The constants of neurons.wgsl that forward and adjoint kernels use. */
export const NEURON_CONSTANTS = [
  "T",
  "F",
  "runSize",
  "K",
  "lead",
  "gain",
  "normalised",
] as const;

/** Those that only forward kernels use. */
export const FIRING_CONSTANTS = [
  "theta",
  "height",
  "keep",
  "layer",
  "stride",
] as const;
