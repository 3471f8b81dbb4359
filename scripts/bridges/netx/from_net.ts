/**
 * Networks of lava-dl's netx as graphs of NIR, by way of which they are read.
 *
 * @module
 */

import type { Hdf5Data } from "../hdf5/hdf5_tree.ts";
import {
  type NamedNode,
  numberOf,
  numbersOf,
} from "../hdf5/node_parameters.ts";
import type { ImportedNetwork } from "../network/imported_network.ts";
import { NetworkError } from "../network/network_error.ts";
import { fromNir } from "../nir/from_nir.ts";
import { integers, type NirNode, nirNode } from "../nir/nir_graph.ts";
import { FULL_DECAY, READOUT_THRESHOLD, UNIT } from "./loihi.ts";
import type { NetNetwork } from "./net_file.ts";

/** Types of neurons that are current-based leaky integrators. */
const CUBA: readonly string[] = ["CUBA", "LOIHI"];

/** Time step in ms where the file does not tell it. */
const USUAL_TS = 1;

/**
 * Makes a network of one of netx.
 *
 * @param network The network of netx.
 * @param options Time step in s; that of the file, or 1 ms, if left out.
 * @returns The network, computed layer by layer in floats.
 * @throws {NetworkError} If networks here cannot do the same.
 */
export function fromNet(
  { layers, Ts = USUAL_TS }: NetNetwork,
  options: { readonly dt?: number } = {},
): ImportedNetwork {
  const { dt = Ts / 1000 } = options;
  const nodes = new Map<string, NirNode>();
  const edges: [string, string][] = [];
  let last: string | undefined;
  const add = (name: string, node: NirNode) => {
    nodes.set(name, node);
    if (last !== undefined) edges.push([last, name]);
    last = name;
  };
  for (const [index, layer] of layers.entries()) {
    const { name, type } = layer;
    if ((index === 0) !== (type === "input")) {
      throw new NetworkError(
        "the first layer, and no other, is to be of type input",
        { node: name },
      );
    }
    if (type === "input") {
      add("input", nirNode("Input", { shape: integers(shapeOf(layer)) }));
      if (!layer.parameters.has("neuron/type")) continue;
      throw new NetworkError("it has neurons, and inputs here have none", {
        node: name,
      });
    }
    if (type === "flatten") continue;
    const synapse = synapseOf(layer);
    add(`${name} weight`, synapse);
    const isLast = index === layers.length - 1;
    const neuron = neuronOf(layer, dt, isLast);
    if (neuron) add(name, neuron);
  }
  if (last === undefined) throw new NetworkError("it has no layers");
  add("output", nirNode("Output"));
  const imported = fromNir({ nodes, edges }, { dt });
  return {
    ...imported,
    notes: [
      "weights are divided by 64, and neurons computed in floats, not in " +
      "Loihi's integers",
    ],
  };
}

/** Channels, rows and columns. */
function shapeOf(layer: NamedNode): number[] {
  return [...numbersOf(layer, "shape").values];
}

/** The weights of a layer. */
function synapseOf(layer: NamedNode): NirNode {
  const { name, type, parameters } = layer;
  for (const part of ["weight/real", "weight_rec"]) {
    if (!parameters.has(part)) continue;
    throw new NetworkError(`it has ${part}, which cannot be read`, {
      node: name,
    });
  }
  if (type !== "dense" && type !== "conv") {
    throw new NetworkError(
      `it is of type "${type}"; input, flatten, dense and conv can be read`,
      { node: name },
    );
  }
  if (
    parameters.has("delay") &&
    numbersOf(layer, "delay").values.some((delay) => delay !== 0)
  ) {
    throw new NetworkError("layers here have no delay", { node: name });
  }
  const exponent = ["neuron/weight_exp", "neuron/wgtExp"]
    .find((own) => parameters.has(own));
  const unit = UNIT / 2 ** (exponent ? numberOf(layer, exponent) : 0);
  const { shape, values } = numbersOf(layer, "weight");
  const scaled = values.map((weight) => weight / unit);
  const bias = biasOf(layer);
  if (type === "dense") {
    // Older files leave out axes of one.
    const out = parameters.has("outFeatures")
      ? numberOf(layer, "outFeatures")
      : shape[0];
    const weight = { shape: [out, values.length / out], values: scaled };
    return bias
      ? nirNode("Affine", { weight, bias })
      : nirNode("Linear", { weight });
  }
  // Older files have a fifth axis of one.
  const [out] = shape;
  const weight = { shape: shape.slice(0, 4), values: scaled };
  const copy = (own: string): Hdf5Data => {
    const data = parameters.get(own);
    if (data) return data;
    throw new NetworkError(`it has no ${own}`, { node: name });
  };
  return nirNode("Conv2d", {
    weight,
    stride: copy("stride"),
    padding: copy("padding"),
    dilation: copy("dilation"),
    groups: copy("groups"),
    bias: bias ?? { shape: [out], values: new Float64Array(out) },
  });
}

/** The summand of a layer's potentials. */
function biasOf(layer: NamedNode): Hdf5Data | undefined {
  const { name, parameters } = layer;
  if (!parameters.has("bias")) return undefined;
  const { shape, values } = numbersOf(layer, "bias");
  const isZero = values.every((value) => value === 0);
  if (!isZero && numberOf(layer, "neuron/iDecay") !== FULL_DECAY) {
    throw new NetworkError(
      "its bias is added to potentials, and biases here to currents",
      { node: name },
    );
  }
  return { shape, values: values.map((value) => value / UNIT) };
}

/** The neurons of a layer; a readout has none. */
function neuronOf(
  layer: NamedNode,
  dt: number,
  isLast: boolean,
): NirNode | undefined {
  const { name, parameters } = layer;
  const [type] = parameters.get("neuron/type")?.values ?? [];
  if (!CUBA.includes(String(type))) {
    throw new NetworkError(
      type === undefined
        ? "it has no neurons"
        : `its neurons are of type "${type}"; CUBA can be read`,
      { node: name },
    );
  }
  const [iDecay, vDecay, threshold] = ["iDecay", "vDecay", "vThMant"].map(
    (own) => numberOf(layer, `neuron/${own}`),
  );
  if (
    parameters.has("neuron/gradedSpike") &&
    numberOf(layer, "neuron/gradedSpike") !== 0
  ) {
    throw new NetworkError("its spikes are graded", { node: name });
  }
  if (
    parameters.has("neuron/refDelay") &&
    numberOf(layer, "neuron/refDelay") > 1
  ) {
    throw new NetworkError("its neurons rest after a spike (refDelay)", {
      node: name,
    });
  }
  if (isLast && threshold >= READOUT_THRESHOLD) {
    if (iDecay === FULL_DECAY && vDecay === FULL_DECAY) return undefined;
    throw new NetworkError(
      "its neurons never fire, and readouts here are the mean of their " +
        "drive, without a leak",
      { node: name },
    );
  }
  for (const [own, decay] of Object.entries({ iDecay, vDecay })) {
    if (decay >= 0 && decay <= FULL_DECAY) continue;
    throw new NetworkError(`its ${own} is ${decay}, expected 0 to 4096`, {
      node: name,
    });
  }
  const value = (own: number): Hdf5Data => ({
    shape: [1],
    values: Float64Array.of(own),
  });
  // What does not decay does so in a million steps.
  const [tauSyn, tau] = [iDecay, vDecay].map((decay) =>
    decay === 0 ? 1e9 : FULL_DECAY / decay
  );
  const common = {
    v_leak: value(0),
    v_reset: value(0),
    v_threshold: value(threshold / UNIT),
    r: value(tau),
  };
  return tauSyn === 1
    ? vDecay === 0
      ? nirNode("IF", { ...common, r: value(1 / dt) })
      : nirNode("LIF", { ...common, tau: value(dt * tau) })
    : nirNode("CubaLIF", {
      ...common,
      tau_mem: value(dt * tau),
      tau_syn: value(dt * tauSyn),
      w_in: value(tauSyn),
    });
}
