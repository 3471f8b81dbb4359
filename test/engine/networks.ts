/**
 * Networks to test: for the engine, and the same ones for the oracle.
 *
 * @module
 */

import type { Model, ModelDescription } from "../../engine/model.ts";
import type { LayerDescription } from "../../engine/layers/describe_layers.ts";
import type { ConvLayer } from "../../engine/layers/conv_shapes.ts";
import type { Layer } from "../../engine/layers/layer.ts";
import type { PoolLayer } from "../../engine/layers/pool.ts";
import type { Loss } from "../../engine/losses/loss.ts";
import { numSpikes } from "../../engine/losses/num_spikes.ts";
import type { EventBatch } from "../../engine/network/event_batch.ts";
import type { NamedArray } from "../../engine/network/weights.ts";
import type { Target } from "../oracle/loss.ts";
import { createNetwork, type Network } from "../oracle/network.ts";
import type { SrmAlphaParameters } from "../../engine/neurons/srm_alpha.ts";
import type { Neuron } from "../oracle/neurons/neuron.ts";
import type { Synapse } from "../oracle/layers/synapse.ts";
import { type Tensor, tensorOf, zeros } from "../oracle/tensor.ts";
import { loadVectors } from "../fixtures/reference_vectors.ts";

/** A neuron as the SL-Animals networks have it. */
export const NEURON: Neuron = {
  ...{ theta: 10, tauSr: 10, tauRef: 10, scaleRef: 20 },
  ...{ tauRho: 1, scaleRho: 1 },
};

const LAYERS: Record<string, LayerDescription[]> = {
  net_cnn: [
    { pool: 2 },
    { conv: { out: 8, kernel: 5, padding: 2 } },
    { pool: 2 },
    { conv: { out: 16, kernel: 5, padding: 2 } },
    { pool: 2 },
    { dense: 100 },
    { dense: 19 },
  ],
  net_mlp: [{ dense: 512 }, { dense: 19 }],
};

/** The oracle's twin of each kind of layer. */
const SYNAPSES: Record<string, (layer: Layer, weight: Tensor) => Synapse> = {
  pool: (layer) => ({ type: "pool", kernel: (layer as PoolLayer).window }),
  conv(layer, weight) {
    const { stride, padding, dilation, groups } = layer as ConvLayer;
    const geometry = { stride, padding, dilation, groups };
    return { type: "conv", weight, geometry };
  },
  dense: (_, weight) => ({ type: "dense", weight }),
  unpool: (layer) => ({
    type: "unpool",
    kernel: (layer as PoolLayer).window,
  }),
  convTranspose(layer, weight) {
    const { stride, padding, dilation, groups } = layer as ConvLayer;
    const geometry = { stride, padding, dilation, groups };
    return { type: "convTranspose", weight, geometry };
  },
};

/** A network that slayerPytorch ran, and what it was run on. */
export interface ReferenceNetwork {
  readonly description: ModelDescription;
  readonly weights: Readonly<Record<string, NamedArray>>;
  readonly batch: EventBatch;
  readonly options: { readonly tSample: number; readonly loss: Loss };
  /** Layers of neurons. */
  readonly depth: number;
  /** All that the file holds. */
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/**
 * Reads a network.
 *
 * @param name `net_cnn` or `net_mlp`.
 * @returns The network with its inputs.
 */
export function referenceNetwork(name: string): ReferenceNetwork {
  const { params: { params, side }, tensors } = loadVectors<{
    side: number;
    params: {
      neuron: Neuron;
      simulation: { Ts: number; tSample: number };
      training: { error: Target };
    };
  }>(name);
  const { simulation: { Ts, tSample }, training: { error } } = params;
  const { theta, tauSr, tauRef, scaleRef, tauRho, scaleRho } = params.neuron;
  const neuron = { theta, tauSr, tauRef, scaleRef, tauRho, scaleRho };
  const weights = Object.entries(tensors)
    .filter(([key]) => key.startsWith("w0."))
    .map(([key, { shape, data }]) => [
      key.slice(3),
      { shape, data: Float32Array.from(data) },
    ]);
  const input = { C: 2, H: side, W: side };
  const layers = LAYERS[name];
  return {
    description: { input, layers, neuron, Ts, random: 0 },
    weights: Object.fromEntries(weights),
    batch: eventsOf(tensors.x, tensors.label.data),
    options: { tSample, loss: lossOf(error) },
    depth: layers.length,
    tensors,
  };
}

/**
 * Makes the numSpikes loss of a target.
 *
 * @param target Region and counts by the reference's names.
 * @returns The loss.
 */
export function lossOf({ tgtSpikeRegion, tgtSpikeCount }: Target): Loss {
  return numSpikes({
    region: tgtSpikeRegion,
    true: tgtSpikeCount.true,
    false: tgtSpikeCount.false,
  });
}

/**
 * Packs spikes as events.
 *
 * @param x Spikes of one height, or whole counts, [N, C, H, W, T].
 * @param labels Class of each sample.
 * @returns The events; a count of k becomes k events.
 */
export function eventsOf(x: Tensor, labels: ArrayLike<number>): EventBatch {
  const [N, C, H, W, T] = x.shape;
  const addressBits = Math.ceil(Math.log2(C * H * W));
  const samples: Uint32Array[] = [];
  for (let n = 0; n < N; n++) {
    const words: number[] = [];
    for (let c = 0; c < C; c++) {
      for (let pixel = 0; pixel < H * W; pixel++) {
        const row = ((n * C + c) * H * W + pixel) * T;
        for (let t = 0; t < T; t++) {
          const events = Math.ceil(x.data[row + t]);
          const word = t << addressBits | (pixel * C + c);
          for (let k = 0; k < events; k++) words.push(word);
        }
      }
    }
    samples.push(Uint32Array.from(words));
  }
  return { samples, labels: Uint32Array.from(labels) };
}

/**
 * Some samples of a batch.
 *
 * @param batch The batch.
 * @param first The first of them.
 * @param end The first that is not one of them.
 * @returns A batch of these samples.
 */
export function part(
  { samples, labels }: EventBatch,
  first: number,
  end: number,
): EventBatch {
  return {
    samples: samples.slice(first, end),
    labels: labels.slice(first, end),
  };
}

/**
 * Makes the oracle's twin of a network.
 *
 * @param description The network.
 * @param layers Its layers with their shapes.
 * @param weights Its weights.
 * @param T Time bins of a sample.
 * @returns The twin.
 */
export function oracleOf(
  { Ts }: Pick<ModelDescription, "Ts">,
  layers: readonly Layer[],
  weights: Readonly<Record<string, NamedArray>>,
  T: number,
): Network {
  const synapses = layers.map((layer): Synapse => {
    const given = weights[`${layer.name}.weight`];
    const weight = given && tensorOf(given.shape, given.data);
    return SYNAPSES[layer.kind.name](layer, weight);
  });
  const neurons = layers.map(({ neuron }) =>
    neuron.parameters as SrmAlphaParameters
  );
  return createNetwork(neurons, Ts, T, synapses);
}

/**
 * Draws a batch of counts, busy enough that deep layers fire.
 *
 * @param shape [N, C, H, W, T].
 * @param seed Any number.
 * @param most Most events of a pixel in one bin.
 * @returns The counts.
 */
export function busyInput(
  shape: readonly number[],
  seed: number,
  most = 1,
): Tensor {
  const x = zeros(shape);
  x.data.forEach((_, i) => {
    const draw = Math.abs(Math.sin(seed + 1e4 * Math.sin(i + seed)));
    if (draw < 0.3) x.data[i] = 1 + Math.floor(draw / 0.3 * most);
  });
  return x;
}

/**
 * Makes a network's weights lean to excitation, so that deep layers fire.
 *
 * @param model The network; its weights are changed.
 * @param lean Value added to each weight, over the largest weight of a layer.
 * @returns The weights.
 */
export async function excite(
  model: Model,
  lean = 0.5,
): Promise<Record<string, NamedArray>> {
  const weights = Object.entries(await model.weights()).map((
    [name, { shape, data }],
  ) => {
    const largest = data.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
    return [name, { shape, data: data.map((w) => w + lean * largest) }];
  });
  const excited: Record<string, NamedArray> = Object.fromEntries(weights);
  model.setWeights(excited);
  return excited;
}
