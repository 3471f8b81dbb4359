/**
 * Outputs of NIR nodes: spikes, drives or potentials.
 *
 * @module
 */

import { NetworkError } from "../../network/network_error.ts";
import type { SpikeSum } from "../../network/nested_units.ts";
import { channelsOf, type NamedNode } from "../../hdf5/node_parameters.ts";
import { ghostOf, passOn, type Synapse, synapseOf } from "./node_synapses.ts";

/** Spikes, each channel multiplied by a factor. */
export interface Spikes {
  /** Tag of the union. */
  readonly kind: "spikes";
  /** The sources of the spikes. */
  readonly sum: SpikeSum;
  /** Factor of each channel. */
  readonly gains: Float64Array;
  /** Average pool that they come from, if any. */
  readonly pooled?: { readonly reads: SpikeSum; readonly window: number };
}

/** Drives of neurons. */
export interface Drives {
  /** Tag of the union. */
  readonly kind: "drives";
  /** The weights. */
  readonly synapse: Synapse;
  /** Spikes that the weights read. */
  readonly reads: SpikeSum;
}

/** Potentials of a readout. */
export interface Potentials {
  /** Tag of the union. */
  readonly kind: "potentials";
  /** Drives with the same mean as the potentials. */
  readonly drives: Drives;
}

/** Output of a node. */
export type Signal = Spikes | Drives | Potentials;

/**
 * Adds signals.
 *
 * @param node The node that reads them.
 * @param signals The signals.
 * @returns A single signal unchanged, or the sum of spikes; its sources are not
 * sorted.
 * @throws {NetworkError} If there are no signals, or they cannot be added.
 */
export function summed(
  { name }: NamedNode,
  signals: readonly Signal[],
): Signal {
  const [first, ...others] = signals;
  if (!first) throw new NetworkError("it reads nothing", { node: name });
  if (others.length === 0) return first;
  const spikes = signals.filter((signal): signal is Spikes =>
    signal.kind === "spikes"
  );
  if (spikes.length < signals.length) {
    const problem = "drives are added to something else";
    throw new NetworkError(problem, { node: name });
  }
  const { sum: { extent }, gains } = spikes[0];
  const alike = spikes.every((other) =>
    JSON.stringify(other.sum.extent) === JSON.stringify(extent) &&
    other.gains.every((gain, c) => gain === gains[c])
  );
  const sources = spikes.flatMap(({ sum }) => sum.sources);
  if (!alike || new Set(sources).size < sources.length) {
    const problem = "it adds spikes of different shapes, with different " +
      "factors, or twice the same";
    throw new NetworkError(problem, { node: name });
  }
  return { kind: "spikes", sum: { sources, extent }, gains };
}

/**
 * Applies weights to spikes, or joins two convolutions to a ghost convolution.
 *
 * @param node The weight node.
 * @param signal Its input.
 * @returns The drives.
 * @throws {NetworkError} If the weights do not fit.
 */
export function weighted(node: NamedNode, signal: Spikes | Drives): Drives {
  if (signal.kind === "drives") {
    return { ...signal, synapse: ghostOf(node, signal.synapse) };
  }
  const { sum, gains } = signal;
  const synapse = synapseOf(node, { extent: sum.extent, gains });
  return { kind: "drives", synapse, reads: sum };
}

/**
 * Makes drives from spikes for neurons without weights.
 *
 * @param spikes The spikes.
 * @returns The drives.
 */
export function drivesOf({ sum, gains, pooled }: Spikes): Drives {
  const { reads, window } = pooled ?? { reads: sum, window: 1 };
  const each = gains.map((gain) => gain / (window * window));
  const synapse = passOn(reads.extent, each, window);
  return { kind: "drives", synapse, reads };
}

/**
 * Scales a signal.
 *
 * @param node The scale node.
 * @param signal Its input.
 * @returns The product.
 * @throws {NetworkError} If factors differ within a channel.
 */
export function scaled(
  node: NamedNode,
  signal: Spikes | Drives,
): Spikes | Drives {
  if (signal.kind === "spikes") {
    const factors = channelsOf(node, "scale", signal.sum.extent);
    const gains = signal.gains.map((gain, c) => gain * factors[c]);
    return { ...signal, gains };
  }
  const { synapse } = signal;
  const factors = channelsOf(node, "scale", synapse.extent);
  const bias = synapse.bias.map((value, c) => factors[c] * value);
  return {
    ...signal,
    synapse: { ...multiplied(synapse, factors), bias },
  };
}

/**
 * Adds recurrent weights.
 *
 * @param loop Node of the recurrent weights.
 * @param synapse Feed-forward weights of the neurons.
 * @returns All weights, with the sum of both biases.
 * @throws {NetworkError} If they do not fit, or the feed-forward weights are a
 * convolution.
 */
export function withLoop(loop: NamedNode, synapse: Synapse): Synapse {
  if (!("dense" in synapse.entry)) {
    const problem = "it closes a circle of a convolution; dense layers alone " +
      "can be recurrent here";
    throw new NetworkError(problem, { node: loop.name });
  }
  const { extent } = synapse;
  const gains = new Float64Array(extent.C).fill(1);
  const own = synapseOf(loop, { extent, gains });
  if (own.extent.C !== extent.C) {
    const problem = `it has ${own.extent.C} outputs, for ${extent.C} neurons`;
    throw new NetworkError(problem, { node: loop.name });
  }
  return {
    ...synapse,
    entry: { ...synapse.entry, recurrent: true },
    arrays: { ...synapse.arrays, recurrent: own.arrays.weight },
    bias: synapse.bias.map((value, c) => value + own.bias[c]),
  };
}

/**
 * Scales the outputs of weights, but not the bias.
 *
 * @param synapse The weights.
 * @param gains Factor of each channel.
 * @returns The scaled weights.
 */
export function multiplied(synapse: Synapse, gains: Float64Array): Synapse {
  const { weight, ghost, recurrent } = synapse.arrays;
  if (gains.every((gain) => gain === 1)) return synapse;
  const half = weight.shape[0];
  const scale = (array: typeof weight, own: Float64Array) => {
    const each = array.data.length / array.shape[0];
    const data = array.data.map((w, i) => own[Math.floor(i / each)] * w);
    return { ...array, data };
  };
  return {
    ...synapse,
    arrays: {
      weight: scale(weight, gains.subarray(0, half)),
      ...(recurrent && { recurrent: scale(recurrent, gains) }),
      ...(ghost && {
        ghost: scale(
          ghost,
          gains.subarray(half).map((gain, c) => gain / gains[c]),
        ),
      }),
    },
  };
}
