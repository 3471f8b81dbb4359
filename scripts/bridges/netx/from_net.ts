/**
 * Imports networks of lava-dl's netx, and of slayerPytorch's Loihi neurons.
 *
 * @module
 */

import type { NamedArray } from "../../../engine/network/weights.ts";
import type { NetworkEntry } from "../../configuration/schema/network.ts";
import type { NeuronSection } from "../../configuration/schema/neuron.ts";
import { hoistNeuron } from "../network/hoist_neuron.ts";
import type { ImportedNetwork } from "../network/imported_network.ts";
import { NetworkError } from "../network/network_error.ts";
import { axonOf } from "../network/axon.ts";
import { type NetSection, scaledWeights, sectionOf } from "./from_net_layer.ts";
import { netChainOf, type NetLayer, windowsOf } from "./net_chain.ts";
import type { NetNetwork } from "./net_file.ts";

/** Time step in ms if the file has none. */
const USUAL_TS = 1;

/**
 * Imports a network of netx.
 *
 * @param network The network of netx.
 * @param options Time step in s; if left out, that of the file, or 1 ms.
 * @returns The network, in Loihi's integers.
 * @throws {NetworkError} If the network has no equivalent here.
 */
export function fromNet(
  network: NetNetwork,
  options: { readonly dt?: number } = {},
): ImportedNetwork {
  const Ts = options.dt === undefined
    ? network.Ts ?? USUAL_TS
    : 1000 * options.dt;
  const { input, layers, votes } = netChainOf(network);
  // Biases, recurrence, readouts and resonators need networks computed layer by
  // layer, which have no transposed convolutions.
  const [last] = layers.slice(-1);
  if (votes && last.neurons.isReadout) {
    throw new NetworkError("its neurons never fire, and are to vote", {
      node: last.layer.name,
    });
  }
  const withUnits = layers.find(({ synapse, neurons }) =>
    synapse.bias || synapse.recurrent || neurons.isReadout || neurons.resonance
  );
  const notes: string[] = [];
  const entries: NetworkEntry[] = [];
  const weights: Record<string, NamedArray> = {};
  const numbers = { conv: 0, convTranspose: 0, fc: 0 };
  for (const [index, own] of layers.entries()) {
    const { layer: { name: node }, synapse: { kind } } = own;
    const isLast = index === layers.length - 1;
    if (own.neurons.isReadout && !isLast) {
      throw new NetworkError("its neurons never fire", { node });
    }
    const delay = own.neurons.isReadout ? undefined : own.synapse.delay;
    if (withUnits && kind === "convT") {
      throw new NetworkError(
        `it is a transposed convolution, and "${withUnits.layer.name}" has a ` +
          "bias, recurrent weights or resonators, or is a readout, which do " +
          "not go together here",
        { node },
      );
    }
    const section = sectionOf(own, { isUnit: withUnits !== undefined });
    const { prefix, entry, shape } = synapseEntry(own);
    const name = `${prefix}${++numbers[prefix]}`;
    if (own.neurons.isReadout && own.synapse.delay) {
      notes.push(`the delays of "${name}", which never fires, are left out`);
    }
    const scaled = scaledWeights(own, section, name);
    notes.push(...scaled.notes);
    weights[`${name}.weight`] = { shape, data: scaled.weight };
    if (scaled.recurrent) {
      weights[`${name}.recurrent`] = {
        shape: [shape[0], shape[0], 1, 1, 1],
        data: scaled.recurrent,
      };
    }
    if (scaled.bias) {
      const { length } = scaled.bias;
      weights[`${name}.bias`] = { shape: [length], data: scaled.bias };
    }
    const axon = delay && axonOf({ name: node, bins: delay, Ts }, own.output);
    if (axon?.delays) weights[`${name}.delay`] = axon.delays;
    entries.push({
      ...entry,
      ...axon && { delay: axon.delay },
      ...scaled.recurrent && { recurrent: true },
      ...withUnits && { bias: scaled.bias !== undefined },
      neuron: section,
    });
  }
  // The configuration would be read as layer by layer, where bias is the
  // default.
  const isBare = !withUnits &&
    entries.every((entry) =>
      !("convTranspose" in entry) &&
      (entry.neuron as Partial<NeuronSection>).type !== "LOIHI"
    );
  const hoisted = hoistNeuron(
    isBare ? entries.map((entry) => ({ ...entry, bias: false })) : entries,
  );
  return {
    input,
    Ts,
    neuron: hoisted.neuron,
    layers: votes
      ? [...hoisted.layers, { average: votes.outputs }]
      : hoisted.layers,
    weights,
    nodes: [
      ...layers.map(({ layer }) => layer.name),
      // Votes are a layer of networks that are computed layer by layer.
      ...votes && (withUnits || isBare) ? [votes.name] : [],
    ],
    lossy: notes.length > 0,
    notes: [
      unitNote(entries.map(({ neuron }) => neuron as NetSection)),
      ...notes,
    ],
  };
}

/** Notes the unit that weights were converted to. */
function unitNote(sections: readonly NetSection[]): string {
  const keeps = sections.every((section) =>
    section !== "none" && section.type === "LOIHI"
  );
  return "neurons are computed in Loihi's integers" +
    (keeps ? "" : ", weights divided by 64");
}

/** Describes a layer's weights as an entry of a configuration. */
function synapseEntry({ synapse, input: { C, H, W } }: NetLayer) {
  const { kind, shape } = synapse;
  if (kind === "dense") {
    const [out] = shape;
    return {
      prefix: "fc",
      entry: { dense: out },
      shape: [out, C, H, W, 1],
    } as const;
  }
  const key = kind === "conv" ? "conv" : "convTranspose";
  return {
    prefix: key,
    entry: { [key]: windowsOf(synapse) },
    shape: [...shape, 1],
  } as const;
}
