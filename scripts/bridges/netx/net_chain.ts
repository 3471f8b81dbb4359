/**
 * The layers of a netx network in order, with their sizes.
 *
 * @module
 */

import { ShapeError } from "../../../engine/device/errors.ts";
import {
  type ConvDescription,
  describeConv,
} from "../../../engine/layers/conv_shapes.ts";
import { convTranspose } from "../../../engine/layers/conv_transpose.ts";
import { type Extent, sizeOf } from "../../../engine/network/network.ts";
import { type NamedNode, numbersOf } from "../hdf5/node_parameters.ts";
import { convOptions } from "../network/conv_options.ts";
import { NetworkError } from "../network/network_error.ts";
import type { NetNetwork } from "./net_file.ts";
import {
  type NetNeurons,
  netNeuronsOf,
  type NetSynapse,
  netSynapseOf,
} from "./net_layer.ts";

/** A layer with weights. */
export interface NetLayer {
  /** The layer's group in the file. */
  readonly layer: NamedNode;
  /** Its weights. */
  readonly synapse: NetSynapse;
  /** Its neurons. */
  readonly neurons: NetNeurons;
  /** Channels, rows and columns of its input. */
  readonly input: Extent;
  /** Channels, rows and columns of its neurons. */
  readonly output: Extent;
}

/** Input size and layers of a network. */
export interface NetChain {
  /** Channels, rows and columns of the input. */
  readonly input: Extent;
  /** The layers with weights, first to last. */
  readonly layers: readonly NetLayer[];
  /** Votes of equal groups of neurons of the last layer, if any. */
  readonly votes?: {
    /** Name of the group in the file. */
    readonly name: string;
    /** Number of outputs. */
    readonly outputs: number;
  };
}

/**
 * Computes the sizes of a network's layers.
 *
 * @param network The network.
 * @returns Its input and layers.
 * @throws {NetworkError} If a layer cannot be read, or does not fit the one
 * below.
 */
export function netChainOf({ layers }: NetNetwork): NetChain {
  const [first] = layers;
  if (!first) throw new NetworkError("it has no layers");
  const [C, H = 1, W = 1] = numbersOf(first, "shape").values;
  const input = { C, H, W };
  if (!(sizeOf(input) > 0)) {
    throw new NetworkError(`its shape is [${[C, H, W]}]`, { node: first.name });
  }
  if (first.parameters.has("neuron/type")) {
    const problem =
      "it has neurons, which inputs here cannot have, and which " +
      "lava-dl drives by weight · x + bias, and netx otherwise";
    throw new NetworkError(problem, { node: first.name });
  }
  const chain: NetLayer[] = [];
  let below = input;
  let votes: NetChain["votes"];
  for (const [index, layer] of layers.entries()) {
    if ((index === 0) !== (layer.type === "input")) {
      throw new NetworkError(
        "the first layer, and no other, is to be of type input",
        { node: layer.name },
      );
    }
    if (layer.type === "input" || layer.type === "flatten") continue;
    if (layer.type === "average") {
      votes = votesOf(layer, below, index === layers.length - 1);
      continue;
    }
    const { C, H, W } = below;
    const synapse = netSynapseOf(layer, [C, H, W]);
    const output = outputOf(layer.name, synapse, below);
    const neurons = netNeuronsOf(layer);
    chain.push({ layer, synapse, neurons, input: below, output });
    below = output;
  }
  if (chain.length === 0) throw new NetworkError("it has no layers");
  return { input, layers: chain, votes };
}

/** Reads a layer whose outputs are means of groups of neurons. */
function votesOf(
  layer: NamedNode,
  below: Extent,
  isLast: boolean,
): NonNullable<NetChain["votes"]> {
  const { name } = layer;
  if (!isLast) {
    const problem = "it averages neurons, as only the last layer can here";
    throw new NetworkError(problem, { node: name });
  }
  const [outputs, ...sides] = numbersOf(layer, "shape").values;
  const isWhole = Number.isInteger(below.C / outputs);
  if (!isWhole || below.H * below.W > 1 || sides.some((side) => side > 1)) {
    throw new NetworkError(
      `its shape is [${[outputs, ...sides]}], into which the ` +
        `${below.C}×${below.H}×${below.W} neurons below cannot be divided`,
      { node: name },
    );
  }
  return { name, outputs };
}

function outputOf(
  node: string,
  synapse: NetSynapse,
  input: Extent,
): Extent {
  if (synapse.kind === "dense") return { C: synapse.shape[0], H: 1, W: 1 };
  const place = { name: node, input };
  try {
    const description = windowsOf(synapse);
    return synapse.kind === "conv"
      ? describeConv(description, place).output
      : convTranspose.describe(description, place).output;
  } catch (cause) {
    if (!(cause instanceof ShapeError)) throw cause;
    const problem = cause.message.replace(/^[^:]*: /, "");
    throw new NetworkError(problem, { node, cause });
  }
}

/**
 * Describes a convolution, or a transposed one.
 *
 * @param synapse Its weights.
 * @returns The description.
 */
export function windowsOf(
  { kind, shape: [first, second, ...kernel], ...options }: NetSynapse,
): ConvDescription {
  const out = kind === "conv" ? first : second * options.groups;
  return convOptions({ ...options, out, kernel });
}
