/**
 * Spikes and potentials of a layer, as they are read back.
 *
 * @module
 */

import { type Extent, sizeOf } from "./network.ts";
import type { NamedArray } from "./weights.ts";

/** Spikes and potentials of one layer's neurons, both `[N, C, H, W, T]`. */
export interface LayerTrace {
  /** Name of the layer. */
  readonly name: string;
  /**
   * Where a neuron spiked, 1/Ts or, in a network that is computed layer by
   * layer, 1; else 0. Spikes that a layer pools, drops or adds are those before.
   */
  readonly spikes: NamedArray;
  /** Potentials before the reset, the refractory response included. */
  readonly potentials: NamedArray;
}

/**
 * Makes an array of zeros.
 *
 * @param extent Channels, height and width.
 * @param N Number of samples.
 * @param T Bins of a sample.
 * @returns Zeros of shape `[N, C, H, W, T]`.
 */
export function zerosOf(extent: Extent, N: number, T: number): NamedArray {
  const { C, H, W } = extent;
  return {
    shape: [N, C, H, W, T],
    data: new Float32Array(N * sizeOf(extent) * T),
  };
}
