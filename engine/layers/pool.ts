/**
 * Sum pooling layers.
 *
 * @module
 */

import { poolForward, poolGather } from "../../kernels/layers/pool.ts";
import { BINS_PER_WORD } from "../../kernels/spec.ts";
import { groupsFor, launch } from "../device/launch.ts";
import { requireSizes, sizeOf } from "../network/network.ts";
import {
  neuronConstantsOf,
  neuronLoops,
  neuronWork,
} from "../neurons/neuron_launches.ts";
import type { Neuron } from "../neurons/neuron_kind.ts";
import type { Layer, LayerKind, LayerSetting } from "./layer.ts";

/** A pooling layer with its shapes. */
export interface PoolLayer extends Layer {
  /** Side of the pooling window. */
  readonly window: number;
}

/** Sum over square windows of pixels with one fixed weight, and its neurons. */
export const pool: LayerKind<PoolLayer, number> = {
  name: "pool",
  reads: "time-packed",
  integrates: true,
  describe(window, { name, input }) {
    requireSizes(name, [window]);
    const output = {
      C: input.C,
      H: Math.ceil(input.H / window),
      W: Math.ceil(input.W / window),
    };
    return { output, runSize: sizeOf(output), window };
  },
  forward(layer, setting) {
    const { height, neurons, forwardConstants, packsNeurons } = setting;
    const kernel = poolForward(neurons.kind.forward);
    return [{
      kernel,
      constants: {
        ...neuronConstantsOf(neurons),
        ...forwardConstants,
        ...windowConstants(layer, setting),
        height: poolWeightOf(layer.neuron) * height,
        packsNeurons: Number(packsNeurons),
      },
      grid: [
        groupsFor(4 * Math.ceil(neurons.F / 4), kernel.workgroup),
        1,
        "samples",
      ],
      loops: neuronLoops(neurons.T) + countingLoops(layer, setting),
      multiplyAdds: ({ spikes, bins }) =>
        spikes + neuronWork(neurons, "forward", bins),
    }];
  },
  drive(layer, setting) {
    const { neurons, T } = setting;
    const kernel = poolGather(neurons.kind.forward);
    const { F, runSize } = neurons;
    return {
      launches: [launch({
        kernel,
        constants: {
          T,
          F,
          runSize,
          K: 0,
          lead: 0,
          ...windowConstants(layer, setting),
        },
        grid: [groupsFor(F, kernel.workgroup), 1, "samples"],
        loops: countingLoops(layer, setting) + T,
      })],
      factor: poolWeightOf(layer.neuron),
    };
  },
  // Each input belongs to one window.
  fanOut: ({ input }) => new Float64Array(sizeOf(input)).fill(1),
  readBelow: (layer) => ({
    pooled: 1,
    window: layer.window,
    W: layer.input.W,
    C: layer.input.C,
    poolGain: poolWeightOf(layer.neuron),
  }),
};

/** Constants of pool.wgsl that depend on the largest count of a window. */
function windowConstants({ window, input }: PoolLayer, { P }: LayerSetting) {
  const digits = Math.floor(Math.log2(window ** 2 * (2 ** P - 1))) + 1;
  return { ...input, P, window, digits };
}

/**
 * Returns the fixed weight of a pool or unpool layer: that of the kind of
 * neuron, by default 1.1·theta.
 *
 * @param neuron The neuron of the layer.
 * @returns The weight.
 */
export function poolWeightOf({ kind, parameters }: Neuron): number {
  return kind.poolWeight?.(parameters) ?? 1.1 * parameters.theta;
}

/**
 * Loop iterations that count a window's words in bit planes and unpack counts.
 */
function countingLoops(
  { window }: PoolLayer,
  { T, P, neurons: { constants } }: LayerSetting,
): number {
  const B = Math.ceil(T / BINS_PER_WORD);
  const digits = P + Math.ceil(2 * Math.log2(window));
  const counts = window * ((constants.K ?? 0) <= BINS_PER_WORD ? 1 : 2);
  const counting = P * (2 + window * (2 + counts * (2 + digits)));
  return B * (2 * digits + 3 + counting + 9 + 8 * digits) + digits;
}
