/**
 * Weights and delays of networks of this project as their kernels use them.
 *
 * @module
 */

import type { Layer } from "../../../engine/layers/layer.ts";
import { sizeOf } from "../../../engine/network/network.ts";
import { quantized } from "../../../engine/network/quantized.ts";
import type { NamedArray } from "../../../engine/network/weights.ts";

/**
 * Rounds weights of layers that round them wherever they are used, and gives
 * weights to means of groups of neurons, which have none.
 *
 * @param layers The layers.
 * @param weights All weights.
 * @returns The weights.
 */
export function usedWeights(
  layers: readonly Layer[],
  weights: Readonly<Record<string, NamedArray>>,
): Record<string, NamedArray> {
  const used = { ...weights };
  for (const layer of layers) {
    const { name, weightStep } = layer;
    if (layer.kind.name === "average") used[`${name}.weight`] = meansOf(layer);
    const array = weights[`${name}.weight`];
    if (weightStep === undefined || !array) continue;
    const data = array.data.map((weight) => quantized(weight, weightStep));
    used[`${name}.weight`] = { ...array, data };
  }
  return used;
}

/** Weights that give the mean of each of equal groups. */
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
 * Counts the bins by which each neuron's spikes are delayed.
 *
 * @param layer The layer.
 * @param weights All weights.
 * @param Ts Length of a bin in the unit of delays.
 * @returns Bins in the order of `[C, H, W]`; none where no spike is delayed.
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

/** Whole bins of a delay, as axon.wgsl counts them. */
function binsOf(delay: number, Ts: number): number {
  return Math.floor(Math.max(0, delay / Ts + 1e-4));
}
