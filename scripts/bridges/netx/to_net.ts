/**
 * Exports networks to lava-dl's netx.
 *
 * @module
 */

import { delayStep } from "../../../engine/layers/describe_axon.ts";
import type { ConvLayer } from "../../../engine/layers/conv_shapes.ts";
import { type Layer, outputsOf } from "../../../engine/layers/layer.ts";
import { type PoolLayer, poolWeightOf } from "../../../engine/layers/pool.ts";
import type { Unit } from "../../../engine/layerwise/units/units.ts";
import {
  type ModelDescription,
  structureOf,
} from "../../../engine/model/model_description.ts";
import type { NamedArray } from "../../../engine/network/weights.ts";
import {
  foldNorms,
  type WeightedNetwork,
} from "../../../engine/training/fold_norms.ts";
import type { Hdf5Data } from "../hdf5/hdf5_tree.ts";
import type { NamedNode } from "../hdf5/node_parameters.ts";
import { NetworkError } from "../network/network_error.ts";
import { delayBins, usedWeights } from "../network/used_weights.ts";
import { floats, integers } from "../nir/graph/nir_graph.ts";
import { LONGEST_DELAY } from "./loihi.ts";
import { netNeuron, neuronParameters } from "./net_neurons.ts";
import type { NetNetwork } from "./net_file.ts";
import { roundLayer } from "./round_weights.ts";
import { unreadParts } from "./unread_parts.ts";

/** An exported network, and what the export changes. */
export interface NetExport {
  /** The network of netx. */
  readonly network: NetNetwork;
  /** Name of the netx layer for each layer, in order. */
  readonly parts: readonly string[];
  /** Assumptions and changes, one line each. */
  readonly notes: readonly string[];
  /** Whether it computes something different from the network. */
  readonly lossy: boolean;
  /** Scale of the readout's output. */
  readonly readoutFactor: number;
}

/**
 * Exports a network. Normalisations are folded into weights and biases;
 * SLAYER's pools and unpools become depthwise convolutions.
 *
 * @param network The network, with its weights.
 * @param options Time step in s, stored in the file.
 * @returns The network of netx.
 * @throws {NetworkError} If a part of the network has no equivalent in netx.
 */
export function toNet(
  network: WeightedNetwork<ModelDescription>,
  { dt }: { readonly dt: number },
): NetExport {
  const { description, weights: folded } = foldNorms(network);
  const { input, coding } = description;
  const { units, layers } = structureOf(description);
  units?.units.forEach(requireChain);
  const weights = usedWeights(layers, folded);
  const Ts = 1000 * dt;
  // SLAYER integrates drives over time (spikes of height 1/Ts); networks
  // computed layer by layer count spikes.
  const height = units
    ? coding?.height ?? 1
    : (coding?.height ?? 1 / description.Ts) * description.Ts;
  // netx takes the shape alone from an input without neurons; it drives those
  // of an input by biases, and not by spikes.
  const written: NamedNode[] = [
    node("input", { shape: integers([input.C, input.H, input.W]) }),
  ];
  const parts: string[] = [];
  const notes = new Set<string>();
  let readoutFactor = 1;
  for (const [index, layer] of layers.entries()) {
    const { name, input: from, output } = layer;
    const { neuron, axon } = units?.units[index] ?? layer;
    const own = netNeuron(neuron, {
      layer: name,
      Ts,
      learned: weights[`${name}.neuron.w`]?.data,
    });
    const { type, weight, sizes } = synapseOf(layer, weights);
    const scale = index === 0 && Math.abs(height - 1) > 1e-12 ? height : 1;
    const rounded = roundLayer(own, {
      name,
      weight: { ...weight, data: weight.data.map((value) => value * scale) },
      recurrent: weights[`${name}.recurrent`],
      bias: weights[`${name}.bias`],
    });
    for (const loss of rounded.losses) notes.add(loss);
    readoutFactor = rounded.factor;
    // netx flattens layers, but not the input.
    if (type === "dense" && index > 0 && from.H * from.W > 1) {
      const size = from.C * from.H * from.W;
      written.push(node("flatten", { shape: integers([size, 1, 1]) }));
    }
    parts.push(`layer ${written.length}`);
    const { recurrent } = rounded;
    if (recurrent && own.resonates) {
      const problem = "its neurons resonate, which recurrent ones of a .net " +
        "do not";
      throw new NetworkError(problem, { node: name });
    }
    written.push(node(recurrent ? "dense_rec" : type, {
      shape: integers([output.C, output.H, output.W]),
      ...sizes,
      ...own.resonates
        ? {
          "weight/real": floats(rounded.weight.shape, rounded.weight.data),
          "weight/imag": floats(rounded.weight.shape, 0),
        }
        : { weight: floats(rounded.weight.shape, rounded.weight.data) },
      ...recurrent && {
        weight_rec: floats(recurrent.shape.slice(0, 2), recurrent.data),
      },
      ...rounded.bias && { bias: floats([output.C], rounded.bias) },
      ...delayOf({ ...layer, axon }, weights, delayStep(description)),
      ...neuronParameters(own, rounded),
    }));
  }
  if (layers[layers.length - 1].voters !== undefined) {
    const outputs = outputsOf(layers);
    written.push(node("average", { shape: integers([outputs, 1, 1]) }));
  }
  return {
    network: { layers: written, Ts },
    parts,
    notes: [
      ...notes,
      ...unreadParts(written),
      ...readoutFactor === 1
        ? []
        : [`the drive of the readout is ${readoutFactor} times as large`],
    ],
    lossy: notes.size > 0,
    readoutFactor,
  };
}

function node(
  type: string,
  parameters: Readonly<Record<string, Hdf5Data>>,
): NamedNode {
  return { name: type, type, parameters: new Map(Object.entries(parameters)) };
}

/** Requires a chain of layers with neurons, without residual blocks. */
function requireChain(
  { layer: { name }, source, ghost, residual, pooling }: Unit,
  index: number,
): void {
  const what = residual || source !== index
    ? "residual layers"
    : pooling
    ? "pools of spikes"
    : ghost
    ? "ghost convolutions"
    : undefined;
  if (what === undefined) return;
  throw new NetworkError(
    `a network of netx is a chain of layers with neurons, without ${what}`,
    { node: name },
  );
}

/** Converts a layer's type and weights. */
function synapseOf(
  layer: Layer,
  weights: Readonly<Record<string, NamedArray>>,
): {
  readonly type: string;
  readonly weight: NamedArray;
  readonly sizes: Readonly<Record<string, Hdf5Data>>;
} {
  const { kind, name, input, output } = layer;
  const weight = weights[`${name}.weight`];
  switch (kind.name) {
    case "average":
    case "dense": {
      const inputs = input.C * input.H * input.W;
      return {
        type: "dense",
        weight: { shape: [output.C, inputs], data: weight.data },
        sizes: {
          inFeatures: integers(inputs),
          outFeatures: integers(output.C),
        },
      };
    }
    case "conv":
    case "convTranspose":
      return {
        type: kind.name === "conv" ? "conv" : "convT",
        weight: { ...weight, shape: weight.shape.slice(0, 4) },
        sizes: windowsOf(layer as ConvLayer),
      };
    case "pool":
    case "unpool": {
      const { window } = layer as PoolLayer;
      const isPool = kind.name === "pool";
      if (isPool && (input.H % window !== 0 || input.W % window !== 0)) {
        throw new NetworkError(
          `its windows of ${window}×${window} go beyond the ` +
            `${input.H}×${input.W} neurons below, as no layer of netx does`,
          { node: name },
        );
      }
      const own = poolWeightOf(layer.neuron);
      return {
        type: isPool ? "conv" : "convT",
        weight: {
          shape: [input.C, 1, window, window],
          data: new Float32Array(input.C * window * window).fill(own),
        },
        sizes: windowsOf({
          ...layer,
          kernel: [window, window],
          stride: [window, window],
          padding: [0, 0],
          dilation: [1, 1],
          groups: input.C,
        }),
      };
    }
  }
  const problem = `netx has no layers of kind "${kind.name}"`;
  throw new NetworkError(problem, { node: name });
}

function windowsOf(
  { input, output, kernel, stride, padding, dilation, groups }: Omit<
    ConvLayer,
    "weights"
  >,
) {
  return {
    inChannels: integers(input.C),
    outChannels: integers(output.C),
    kernelSize: integers(kernel),
    stride: integers(stride),
    padding: integers(padding),
    dilation: integers(dilation),
    groups: integers(groups),
  };
}

/** Converts a layer's delays to bins, per channel or neuron. */
function delayOf(
  layer: Layer,
  weights: Readonly<Record<string, NamedArray>>,
  Ts: number,
): { readonly delay?: Hdf5Data } {
  const bins = delayBins(layer, weights, Ts);
  if (!bins) return {};
  const longest = bins.reduce((most, own) => Math.max(most, own));
  if (longest > LONGEST_DELAY) {
    throw new NetworkError(
      `its spikes are delayed by up to ${longest} bins, and those of netx by ` +
        `up to ${LONGEST_DELAY}`,
      { node: layer.name },
    );
  }
  const { output } = layer;
  const each = output.H * output.W;
  const isChannels = bins.every((own, at) => own === bins[at - at % each]);
  const own = isChannels ? bins.filter((_, at) => at % each === 0) : bins;
  return { delay: floats([own.length], own) };
}
