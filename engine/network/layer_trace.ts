/**
 * Spikes and potentials of a layer, read back from the device.
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
   * 1/Ts where a neuron spiked or, in a network that is computed layer by
   * layer, 1; else 0. These are the neurons' own spikes, before a layer pools,
   * drops or adds spikes.
   */
  readonly spikes: NamedArray;
  /**
   * Of the last layer, if its spikes are delayed: the spikes as they arrive,
   * which the loss and the decision count.
   */
  readonly arrived?: NamedArray;
  /** Potentials before the reset, the refractory response included. */
  readonly potentials: NamedArray;
}

/**
 * Returns the output of a network: the spikes of its last layer as they arrive.
 *
 * @param layers Spikes of its layers.
 * @returns Spikes that the loss and the decision count, `[N, C, H, W, T]`.
 */
export function outputSpikes(
  layers: readonly Pick<LayerTrace, "spikes" | "arrived">[],
): NamedArray {
  const { spikes, arrived } = layers[layers.length - 1];
  return arrived ?? spikes;
}

/**
 * Creates an array of zeros.
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
