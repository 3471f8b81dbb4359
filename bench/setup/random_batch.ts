/**
 * Networks and inputs shared by benchmarks.
 *
 * @module
 */

import type { Model } from "../../engine/model.ts";
import type { LayerDescription } from "../../engine/layers/describe_layers.ts";
import { sizeOf } from "../../engine/network/network.ts";
import { Random } from "../../engine/network/random.ts";
import type { EventBatch } from "../../engine/network/event_batch.ts";

/** Input, neuron and time step of the SL-Animals networks. */
export const SL_ANIMALS = {
  input: { C: 2, H: 128, W: 128 },
  neuron: {
    theta: 10,
    tauSr: 10,
    tauRef: 10,
    scaleRef: 20,
    tauRho: 1,
    scaleRho: 1,
  },
  Ts: 5,
} as const;

/** The SL-Animals networks, with weights scaled so that every layer spikes. */
export const NETWORKS: Readonly<
  Record<"CNN" | "MLP", readonly LayerDescription[]>
> = {
  CNN: [
    { pool: 2 },
    { conv: { out: 8, kernel: 5, padding: 2, weightScale: 60 } },
    { pool: 2 },
    { conv: { out: 16, kernel: 5, padding: 2, weightScale: 30 } },
    { pool: 2 },
    { dense: { out: 100, weightScale: 30 } },
    { dense: { out: 19, weightScale: 30 } },
  ],
  MLP: [
    { dense: { out: 512, weightScale: 100 } },
    { dense: { out: 19, weightScale: 30 } },
  ],
};

/**
 * Makes a batch of random events, uniform over pixels and bins.
 *
 * @param model The network, whose input size bounds the addresses.
 * @param options Samples, bins per sample, and events per pixel and bin.
 * @returns The batch; labels are 0, 1, 2 … and begin anew after the last class.
 */
export function randomBatch(
  model: Model,
  options: {
    readonly samples: number;
    readonly bins: number;
    readonly density: number;
  },
): EventBatch {
  const { samples, bins, density } = options;
  const pixels = sizeOf(model.layers[0].input);
  const classes = sizeOf(model.layers[model.layers.length - 1].output);
  const each = Math.round(pixels * bins * density);
  const random = new Random(1);
  const addressBits = Math.ceil(Math.log2(pixels));
  const event = () => {
    const bin = Math.floor(random.uniform() * bins);
    return bin * 2 ** addressBits + Math.floor(random.uniform() * pixels);
  };
  return {
    samples: Array.from(
      { length: samples },
      () => Uint32Array.from({ length: each }, event),
    ),
    labels: Uint32Array.from({ length: samples }, (_, n) => n % classes),
  };
}
