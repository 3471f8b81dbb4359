/**
 * Builds a NIR graph node by node.
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

/** Input, window and output size of a pool. */
interface Pooled {
  readonly signal: Signal;
  readonly window: number;
  readonly extent: Extent;
}

/** A graph under construction. */
export class GraphBuilder {
  readonly #nodes = new Map<string, NirNode>();
  readonly #edges: [string, string][] = [];
  readonly #dt: number;
  readonly #weights: Readonly<Record<string, NamedArray>>;

  /**
   * Creates an empty graph.
   *
   * @param network Time step in s, and the network's weights.
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

  /** What the export changes, one line each. */
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
   * @param from Its input.
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
   * @param from Its input.
   * @param shape Shape of its output, if it differs.
   * @returns Its output.
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
   * Adds the input, and a scale node if its spikes are not 1.
   *
   * @param extent Its extent.
   * @param scale Height of the spikes.
   * @returns The input signal.
   */
  addInput({ C, H, W }: Extent, scale: number): Signal {
    const shape = [C, H, W];
    this.add("input", nirNode("Input", { shape: integers(shape) }));
    const input = new Signal(["input"], shape);
    // 1/Ts · Ts is not exactly 1 unless Ts is a power of 2.
    if (Math.abs(scale - 1) < 1e-12) return input;
    const node = nirNode("Scale", { scale: floats(shape, scale) });
    return this.addNode("input_scale", node, input);
  }

  /**
   * Adds weights and, if the layer has one, a bias.
   *
   * @param layer A convolution or a dense layer.
   * @param from Its input.
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
   * Adds a ghost convolution as two convolutions: the second copies the maps of
   * the first and computes the other half from them.
   *
   * @param layer The layer of all maps.
   * @param ghost Its halves.
   * @param from Its input.
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
   * @param layer Name of the layer.
   * @param drive Their drive.
   * @returns Their spikes.
   */
  addNeurons(layer: string, neuron: Neuron, drive: Signal): Signal {
    const { node, loss } = neuronNode(neuron, {
      layer,
      shape: drive.shape,
      dt: this.#dt,
      learned: this.#weights[`${layer}.neuron.w`]?.data,
    });
    if (loss !== undefined) this.losses.add(loss);
    return this.addNode(`${layer}_neuron`, node, drive);
  }

  /**
   * Adds recurrent weights, which close a cycle.
   *
   * @param layer Name of their layer.
   * @param spikes Spikes of its neurons.
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
   * Adds a delay node, if the layer delays its spikes.
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
   * Adds a sum or average pool.
   *
   * @param type Type of the node.
   * @param name Its name.
   * @param pool Its input, side of the windows, and output size.
   * @returns Its output.
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
   * Adds a max pool: a sum over the window and a threshold of ½. Counts up to m
   * are first split by thresholds into levels of at least 1, 2, … m.
   *
   * @param name Name of the layer.
   * @param pool Its input, and the largest possible count.
   * @returns Its output.
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
