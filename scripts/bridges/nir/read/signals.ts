/**
 * What nodes of a graph of NIR give: spikes or drives.
 *
 * @module
 */

import { NetworkError } from "../../network/network_error.ts";
import type { SpikeSum } from "../../network/nested_units.ts";
import { channelsOf, type NamedNode } from "../../hdf5/node_parameters.ts";
import { ghostOf, passOn, type Synapse, synapseOf } from "./node_synapses.ts";

/** Spikes, each channel multiplied by a factor. */
export interface Spikes {
  /** Spikes. */
  readonly kind: "spikes";
  /** What gives them. */
  readonly sum: SpikeSum;
  /** Factor of each channel. */
  readonly gains: Float64Array;
  /** What they are a mean of, over windows. */
  readonly pooled?: { readonly reads: SpikeSum; readonly window: number };
}

/** Drives of neurons. */
export interface Drives {
  /** Drives. */
  readonly kind: "drives";
  /** Weights. */
  readonly synapse: Synapse;
  /** The spikes that they weight. */
  readonly reads: SpikeSum;
}

/** Potentials that an output gives. */
export interface Potentials {
  /** Potentials. */
  readonly kind: "potentials";
  /** What the mean of the potentials comes to. */
  readonly drives: Drives;
}

/** Spikes or drives, or the potentials of a readout. */
export type Signal = Spikes | Drives | Potentials;

/**
 * Adds signals up.
 *
 * @param node The node that reads them.
 * @param signals The signals.
 * @returns The only one, or the sum of spikes, their sources in any order.
 * @throws {NetworkError} If there is none, or they cannot be added.
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
 * Weights spikes, or joins weights to a ghost convolution.
 *
 * @param node The node of weights.
 * @param signal What it reads.
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
 * Makes drives of neurons that read spikes without weights.
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
 * Multiplies a signal.
 *
 * @param node The node with the factors.
 * @param signal What it reads.
 * @returns The product.
 * @throws {NetworkError} If factors differ within a channel.
 */
export function scaled(
  node: NamedNode,
  signal: Spikes | Drives,
): Spikes | Drives {
  if (signal.kind === "spikes") {
    const factors = channelsOf(node, "scale", signal.sum.extent.C);
    const gains = signal.gains.map((gain, c) => gain * factors[c]);
    return { ...signal, gains };
  }
  const { synapse } = signal;
  const factors = channelsOf(node, "scale", synapse.extent.C);
  const bias = synapse.bias.map((value, c) => factors[c] * value);
  return {
    ...signal,
    synapse: { ...multiplied(synapse, factors), bias },
  };
}

/**
 * Adds weights by which neurons read their own spikes.
 *
 * @param loop The node of these weights.
 * @param synapse The other weights of the neurons.
 * @returns All weights, and both biases.
 * @throws {NetworkError} If they do not fit, or the others are a convolution.
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
 * Multiplies the outputs of weights, but for the bias.
 *
 * @param synapse The weights.
 * @param gains Factor of each channel.
 * @returns The weights of the products.
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
