/**
 * Weights and delays as the kernels use them.
 *
 * @module
 */

import type { Layer } from "../../../engine/layers/layer.ts";
import { sizeOf } from "../../../engine/network/network.ts";
import { quantizedWeights } from "../../../engine/network/quantized.ts";
import type { NamedArray } from "../../../engine/network/weights.ts";

/**
 * Rounds the weights of quantised layers, and adds weights of 1/n for layers
 * that average groups of n neurons.
 *
 * @param layers The layers.
 * @param weights The network's weights.
 * @returns All weights, as the forward pass uses them.
 */
export function usedWeights(
  layers: readonly Layer[],
  weights: Readonly<Record<string, NamedArray>>,
): Record<string, NamedArray> {
  const means = layers.filter(({ kind }) => kind.name === "average")
    .map((layer) => [`${layer.name}.weight`, meansOf(layer)] as const);
  return {
    ...quantizedWeights(layers, weights),
    ...Object.fromEntries(means),
  };
}

/** Weights of a layer that averages equal groups of neurons. */
function meansOf({ input, output }: Layer): NamedArray {
  const inputs = sizeOf(input);
  const size = inputs / output.C;
  const data = new Float32Array(output.C * inputs);
  for (let from = 0; from < inputs; from++) {
    data[Math.floor(from / size) * inputs + from] = 1 / size;
  }
  return { shape: [output.C, input.C, input.H, input.W, 1], data };
}

/**
 * Computes the delay of each neuron's spikes.
 *
 * @param layer The layer.
 * @param weights The network's weights.
 * @param Ts Length of a bin in the unit of delays.
 * @returns Delays in bins, `[C, H, W]`; `undefined` if no spike is delayed.
 */
export function delayBins(
  { name, axon, output }: Layer,
  weights: Readonly<Record<string, NamedArray>>,
  Ts: number,
): Float64Array | undefined {
  if (!axon) return undefined;
  const delays = axon.delays
    ? weights[`${name}.delay`].data
    : Float32Array.of(axon.delay);
  const size = sizeOf(output);
  const each = size / delays.length;
  const bins = Float64Array.from(
    { length: size },
    (_, at) => binsOf(delays[Math.floor(at / each)], Ts),
  );
  return bins.some((delay) => delay > 0) ? bins : undefined;
}

/** Rounds a delay down to whole bins, as axon.wgsl does. */
function binsOf(delay: number, Ts: number): number {
  return Math.floor(Math.max(0, delay / Ts + 1e-4));
}
