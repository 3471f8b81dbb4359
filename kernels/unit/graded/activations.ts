/**
 * Activations of sigma-delta neurons, which are computed in delta.wgsl.
 *
 * @module
 */

/** Activations of delta.wgsl; the index is their number there. */
export const ACTIVATIONS = [
  "relu",
  "identity",
  "leaky relu",
  "sigmoid",
  "tanh",
] as const;
