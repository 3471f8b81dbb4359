/**
 * Builds a graph of NIR, node by node.
 *
 * @module
 */

import type { ConvLayer } from "../../../../engine/layers/conv_shapes.ts";
import type { Layer } from "../../../../engine/layers/layer.ts";
import type { Ghost } from "../../../../engine/layerwise/units/ghost.ts";
import type { Extent } from "../../../../engine/network/network.ts";
import type { NamedArray } from "../../../../engine/network/weights.ts";
import type { Neuron } from "../../../../engine/neurons/neuron_kind.ts";
import { delayBins } from "../../network/used_weights.ts";
import { Signal } from "./graph_signal.ts";
import { bothHalves } from "./ghost_weights.ts";
import { plainConv } from "./plain_conv.ts";
import { neuronNode } from "./neuron_nodes.ts";
import {
  floats,
  integers,
  type NirGraph,
  type NirNode,
  nirNode,
} from "../graph/nir_graph.ts";

/** A pool and what it pools. */
interface Pooled {
  readonly signal: Signal;
  readonly window: number;
  readonly extent: Extent;
}

/** A graph in the making. */
export class GraphBuilder {
  readonly #nodes = new Map<string, NirNode>();
  readonly #edges: [string, string][] = [];
  readonly #dt: number;
  readonly #weights: Readonly<Record<string, NamedArray>>;

  /**
   * Begins a graph.
   *
   * @param network Time step in s, and all weights.
   */
  constructor(
    { dt, weights }: {
      readonly dt: number;
      readonly weights: Readonly<Record<string, NamedArray>>;
    },
  ) {
    this.#dt = dt;
    this.#weights = weights;
  }

  /** What is lost of neurons, each in a line. */
  readonly losses: Set<string> = new Set();

  /** The graph so far. */
  get graph(): NirGraph {
    return { nodes: this.#nodes, edges: this.#edges };
  }

  /**
   * Adds a node.
   *
   * @param name Its name.
   * @param node The node.
   * @param from What it reads.
   */
  add(name: string, node: NirNode, from?: Signal): void {
    this.#nodes.set(name, node);
    for (const source of from?.nodes ?? []) this.#edges.push([source, name]);
  }

  /**
   * Adds a node whose output has the shape of its input.
   *
   * @param name Its name.
   * @param node The node.
   * @param from What it reads.
   * @param shape Shape of its output, if it differs.
   * @returns What it gives.
   */
  addNode(
    name: string,
    node: NirNode,
    from: Signal,
    shape: readonly number[] = from.shape,
  ): Signal {
    this.add(name, node, from);
    return new Signal([name], shape);
  }

  /**
   * Adds the input, and a factor where its spikes are not 1.
   *
   * @param extent Its extent.
   * @param scale The factor.
   * @returns The input.
   */
  addInput({ C, H, W }: Extent, scale: number): Signal {
    const shape = [C, H, W];
    this.add("input", nirNode("Input", { shape: integers(shape) }));
    const input = new Signal(["input"], shape);
    // The height of spikes is 1/Ts, which rounds where Ts is no power of 2.
    if (Math.abs(scale - 1) < 1e-12) return input;
    const node = nirNode("Scale", { scale: floats(shape, scale) });
    return this.addNode("input_scale", node, input);
  }

  /**
   * Adds weights and, where there is one, a bias.
   *
   * @param layer A convolution or an all-to-all layer.
   * @param from What it reads.
   * @returns The drives.
   */
  addSynapse(layer: Layer, from: Signal): Signal {
    const { name, output } = layer;
    return layer.kind.name === "conv"
      ? this.#addConv(layer as ConvLayer, { name, from })
      : this.#addDense(name, output.C, from);
  }

  #addConv(
    { input, output, weights: { shape }, ...layer }: ConvLayer,
    { name, from, weights = this.#weights[`${name}.weight`] }: {
      readonly name: string;
      readonly from: Signal;
      readonly weights?: NamedArray;
    },
  ): Signal {
    const { C, H, W } = output;
    const conv = plainConv({
      ...layer,
      shape: shape.slice(0, 4),
      values: weights.data,
    });
    const node = nirNode("Conv2d", {
      input_shape: integers([input.H, input.W]),
      weight: floats(conv.shape, conv.values),
      stride: integers(conv.stride),
      padding: integers(conv.padding),
      dilation: integers(conv.dilation),
      groups: integers(conv.groups),
      bias: floats([C], this.#weights[`${name}.bias`]?.data ?? 0),
    });
    return this.addNode(name, node, from, [C, H, W]);
  }

  #addDense(name: string, outputs: number, from: Signal): Signal {
    const { shape } = from;
    const inputs = shape.reduce((product, side) => product * side, 1);
    const flat = shape.length === 1 ? from : this.addNode(
      `${name}_flatten`,
      nirNode("Flatten", {
        start_dim: integers(0),
        end_dim: integers(-1),
        input_type: integers(shape),
      }),
      from,
      [inputs],
    );
    const bias = this.#weights[`${name}.bias`];
    const weight = floats(
      [outputs, inputs],
      this.#weights[`${name}.weight`].data,
    );
    const node = bias
      ? nirNode("Affine", { weight, bias: floats([outputs], bias.data) })
      : nirNode("Linear", { weight });
    return this.addNode(name, node, flat, [outputs]);
  }

  /**
   * Adds a ghost convolution as two: the second passes on the maps of the first
   * and computes the others from them.
   *
   * @param layer The layer of all maps.
   * @param ghost Its halves.
   * @param from What it reads.
   * @returns The drives.
   */
  addGhost({ name, output }: Layer, ghost: Ghost, from: Signal): Signal {
    const { first, window } = ghost;
    const half = first.output.C;
    const maps = this.#addConv(first, {
      name: `${name}_first`,
      from,
      weights: this.#weights[`${name}.weight`],
    });
    const weight = bothHalves(this.#weights[`${name}.ghost`].data, {
      half,
      taps: window * window,
    });
    const { H, W } = output;
    const node = nirNode("Conv2d", {
      input_shape: integers([H, W]),
      weight: floats([2 * half, half, window, window], weight),
      stride: integers([1, 1]),
      padding: integers([window >> 1, window >> 1]),
      dilation: integers([1, 1]),
      groups: integers(1),
      bias: floats([2 * half], this.#weights[`${name}.bias`]?.data ?? 0),
    });
    return this.addNode(name, node, maps, [2 * half, H, W]);
  }

  /**
   * Adds neurons.
   *
   * @param layer Name of their layer.
   * @param neuron The neuron.
   * @param drive What drives them.
   * @returns Their spikes.
   */
  addNeurons(layer: string, neuron: Neuron, drive: Signal): Signal {
    const { node, loss } = neuronNode(neuron, {
      layer,
      shape: drive.shape,
      dt: this.#dt,
      learned: this.#weights[`${layer}.neuron.w`]?.data[0],
    });
    if (loss !== undefined) this.losses.add(loss);
    return this.addNode(`${layer}_neuron`, node, drive);
  }

  /**
   * Adds weights by which neurons read their own spikes: a circle.
   *
   * @param layer Name of their layer.
   * @param spikes Their spikes.
   */
  addLoop(layer: string, spikes: Signal): void {
    const [neurons] = spikes.nodes;
    const { shape: [outputs], data } = this.#weights[`${layer}.recurrent`];
    const weight = floats([outputs, outputs], data);
    const name = `${layer}_recurrent`;
    this.add(name, nirNode("Linear", { weight }), spikes);
    this.#edges.push([name, neurons]);
  }

  /**
   * Adds what delays the spikes of a layer, if any are delayed.
   *
   * @param layer The layer.
   * @param spikes Its spikes.
   * @param Ts Time step in ms.
   * @returns The delayed spikes.
   */
  addAxon(layer: Layer, spikes: Signal, Ts: number): Signal {
    const bins = delayBins(layer, this.#weights, Ts);
    if (!bins) return spikes;
    const delay = floats(spikes.shape, bins.map((own) => own * this.#dt));
    const node = nirNode("Delay", { delay });
    return this.addNode(`${layer.name}_delay`, node, spikes);
  }

  /**
   * Adds a sum or a mean over windows.
   *
   * @param type Type of the node.
   * @param name Its name.
   * @param pool What it pools, the side of windows, and what is left.
   * @returns What it gives.
   */
  addPool(
    type: "SumPool2d" | "AvgPool2d",
    name: string,
    { signal, window, extent }: Pooled,
  ): Signal {
    const node = nirNode(type, {
      kernel_size: integers([window, window]),
      stride: integers([window, window]),
      padding: integers([0, 0]),
    });
    return this.addNode(name, node, signal, [extent.C, extent.H, extent.W]);
  }

  /**
   * Adds the largest count of windows: where a sum of spikes reaches ½ there is
   * one. Counts of up to m are cut into those of at least 1, 2, … m first.
   *
   * @param name Name of the layer.
   * @param pool What it pools, and its largest count.
   * @returns What it gives.
   */
  addMaximum(
    name: string,
    { most, ...pool }: Pooled & { readonly most: number },
  ): Signal {
    const { C, H, W } = pool.extent;
    const above = (shape: readonly number[], threshold: number) =>
      nirNode("Threshold", { threshold: floats(shape, threshold) });
    const levels = Array.from({ length: most }, (_, level) => {
      const suffix = most === 1 ? "" : `${level + 1}`;
      const { signal } = pool;
      const spikes = most === 1 ? signal : this.addNode(
        `${name}_count${suffix}`,
        above(signal.shape, level + 0.5),
        signal,
      );
      const sum = this.addPool("SumPool2d", `${name}_sum${suffix}`, {
        ...pool,
        signal: spikes,
      });
      return this.addNode(`${name}_pool${suffix}`, above([C, H, W], 0.5), sum);
    });
    return levels.reduce((sum, level) => sum.joined(level));
  }
}
