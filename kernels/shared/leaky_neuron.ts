/**
 * The WGSL of neurons that integrate with a leak; see leaky_neuron.wgsl.
 *
 * @module
 */

import code from "./leaky_neuron.wgsl" with { type: "text" };

/** leaky_neuron.wgsl, the text of a stepped neuron. */
export const LEAKY_NEURON = code;

/** The surrogates of leaky_neuron.wgsl, by their numbers there. */
export const SURROGATES = [
  "exponential",
  "arctangent",
  "sigmoid",
  "fast sigmoid",
  "triangle",
] as const;
