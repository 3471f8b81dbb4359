/**
 * Neuron state in memory, shared by all kernels that integrate neurons over
 * time; see neurons.wgsl.
 *
 * @module
 */

import { MICRO_BATCH } from "./micro_batch.ts";
import text from "./neurons.wgsl" with { type: "text" };

/**
 * A piece of a kernel's WGSL, with the names of the constants that it declares.
 */
export interface KernelText {
  /** WGSL source. */
  readonly code: string;
  /** Its `override` constants that may be given a value. */
  readonly constants: readonly string[];
}

/** neurons.wgsl, to be compiled in front of the WGSL of a neuron. */
export const NEURONS = MICRO_BATCH + text;

/** Bindings of neurons.wgsl in a forward kernel. */
export const NEURON_BINDINGS = {
  batch: 0,
  largest: 1,
  u: 10,
  spikes: 11,
  tally: 12,
  fired: 13,
} as const;

/** Constants of neurons.wgsl in forward and in adjoint kernels. */
export const NEURON_CONSTANTS = [
  "T",
  "F",
  "runSize",
  "K",
  "lead",
  "gain",
  "normalised",
] as const;

/** Constants of neurons.wgsl in forward kernels only. */
export const FIRING_CONSTANTS = [
  "theta",
  "height",
  "keep",
  "layer",
  "stride",
] as const;
