/**
 * Interface of a kind of layer: its shapes, weights and kernels.
 *
 * @module
 */

import type { Launch } from "../device/launch.ts";
import type { Layout } from "../network/layout.ts";
import { type Extent, sizeOf } from "../network/network.ts";
import type { WeightLayout } from "../network/weights.ts";
import type { Neuron } from "../neurons/neuron_kind.ts";
import type { LearnedResponse } from "../neurons/filter_launches.ts";
import type { NeuronSetting } from "../neurons/neuron_launches.ts";
import type { Axon } from "./describe_axon.ts";

/** A layer with its shapes: a synapse, followed by neurons. */
export interface Layer {
  /** Kind of the layer. */
  readonly kind: LayerKind;
  /** Kind and number, such as `conv1`; `fc1` for a dense one. */
  readonly name: string;
  /** Extent of the input. */
  readonly input: Extent;
  /** Extent of the output. */
  readonly output: Extent;
  /**
   * Neurons per run: potentials, drives and gradients are stored in runs, each
   * padded to a multiple of four.
   */
  readonly runSize: number;
  /** Shape and memory layout of the trainable weights, if any. */
  readonly weights?: WeightLayout;
  /** Step that weights, biases and means are rounded to. @default not rounded */
  readonly weightStep?: number;
  /** The neuron model of the layer's outputs. */
  readonly neuron: Neuron;
  /** Learned responses to incoming spikes, if any. */
  readonly response?: LearnedResponse;
  /**
   * The axons that carry spikes to the layer above. @default spikes unchanged
   */
  readonly axon?: Axon;
  /**
   * Neurons that vote for each output of the network by the mean of their
   * spikes, in the last layer of a network that ends with `average`.
   *
   * @default 1
   */
  readonly voters?: number;
}

/**
 * Returns the number of outputs of a network.
 *
 * @param layers The layers, first to last.
 * @returns Neurons of the last layer, or groups of them that vote.
 */
export function outputsOf(layers: readonly Layer[]): number {
  const { output, voters = 1 } = layers[layers.length - 1];
  return sizeOf(output) / voters;
}

/**
 * Returns the layer from its synapse's point of view: with a learned response
 * each neuron has several drives, which count as channels.
 *
 * @param layer The layer.
 * @returns The layer with the extent of its drives.
 */
export function synapseOf<L extends Layer>(layer: L): L {
  const { filters } = layer.response ?? { filters: 1 };
  if (filters === 1) return layer;
  const { output, runSize } = layer;
  return {
    ...layer,
    output: { ...output, C: output.C * filters },
    runSize: runSize * filters,
  };
}

/** Properties of a layer that `describe()` of its kind returns. */
export type LayerShapes<L extends Layer = Layer> = Omit<
  L,
  | "kind"
  | "name"
  | "input"
  | "neuron"
  | "axon"
  | "weightStep"
  | "response"
  | "voters"
>;

/** Sizes and constants for the kernels of a layer. */
export interface LayerSetting {
  /** Bins in a sample. */
  readonly T: number;
  /** Bit planes of the incoming spikes; plane p counts 2^p. */
  readonly P: number;
  /** Sign of the last plane: −1 for signed numbers. @default 1 */
  readonly lastSign?: number;
  /** Height of an incoming spike. */
  readonly height: number;
  /** Rows of a sample's drives, of which the first T are used. */
  readonly sampleRows: number;
  /** Memory layout of the layer below. */
  readonly below: Layout;
  /** Whether the device computes on the CPU. */
  readonly software: boolean;
  /** Bytes of workgroup memory (shared memory) that a workgroup may use. */
  readonly workgroupBytes: number;
  /** Index of the optimizer's update rule. */
  readonly rule: number;
  /** The layer's neurons, for a kernel that integrates them. */
  readonly neurons: NeuronSetting;
  /**
   * Further constants of a kernel that integrates neurons, by their names in
   * neurons.wgsl; a kernel may replace the spike height `height`.
   */
  readonly forwardConstants: Readonly<Record<string, number>>;
  /** Whether a kernel that integrates neurons also writes `neuronPacked`. */
  readonly packsNeurons: boolean;
}

/**
 * Kind of layer, as plain data.
 *
 * A description refers to a user-defined kind as `{ kind, …options }`.
 *
 * Buffers are bound by name: incoming spikes `inputs` [N, P, B, F in],
 * time-packed, and `neuronPacked` [N, P, B, 32·⌈F in / 32⌉]; weights `w`; the
 * drive `x` and its gradient `dy` [N, sampleRows, F out]; the gradient of
 * incoming spikes `dx` [N, T, F in]; `batch`; the gradient of weights `dw`; its
 * partial sums, written as `stripSum` and read as `stripSums`; and the weights
 * and moments to update, `weights`, `m`, `v` and `vMax`, see
 * optimizer_rules.wgsl.
 *
 * @example
 * ```ts
 * import { dense } from "./dense.ts";
 * import { describeLayers } from "./describe_layers.ts";
 * // A dense layer of as many outputs as the task has classes.
 * const readout = {
 *   ...dense,
 *   prefix: "readout",
 *   describe: (_: unknown, place: Parameters<typeof dense.describe>[1]) =>
 *     dense.describe(19, place),
 * };
 * const [{ name, output }] = describeLayers({ C: 2, H: 8, W: 8 }, [
 *   { kind: readout },
 * ]);
 * if (name !== "readout1" || output.C !== 19) throw new Error("not a readout");
 * ```
 */
export interface LayerKind<L extends Layer = Layer, O = unknown> {
  /** Name of the kind: the key of its options in a description. */
  readonly name: string;
  /** Prefix of the layers' names. @default the kind's name */
  readonly prefix?: string;
  /** Packing of the spikes that the forward kernels read. */
  readonly reads: "time-packed" | "neuron-packed";
  /**
   * Whether the forward kernel integrates the neurons too. Its launch then has
   * the constants of `neurons` and `forwardConstants`, and the bindings of
   * neurons.wgsl.
   *
   * @default false: the kernel writes drives to `x`
   */
  readonly integrates?: boolean;
  /**
   * Determines the shapes of a layer.
   *
   * @param options The layer's options in the description.
   * @param place Name of the layer, and the extent of its input.
   * @returns The shapes.
   * @throws {ShapeError} If the options do not fit the input.
   */
  describe(
    options: O,
    place: { readonly name: string; readonly input: Extent },
  ): LayerShapes<L>;
  /**
   * Launches the forward pass, from incoming spikes to drives, or to the
   * layer's spikes.
   *
   * @param layer The layer.
   * @param setting Sizes and constants.
   * @returns The launches, in order.
   */
  forward(layer: L, setting: LayerSetting): readonly Launch[];
  /**
   * Launches the computation of drives alone, where `forward` also integrates
   * the neurons; a stream integrates neurons with its own kernels.
   *
   * @param layer The layer.
   * @param setting Sizes and constants.
   * @returns The launches, which write drives to `u`, and the factor of a
   * spike.
   */
  drive?(
    layer: L,
    setting: LayerSetting,
  ): { readonly launches: readonly Launch[]; readonly factor: number };
  /**
   * Launches the adjoint, from the gradient of drives `dy` to that of incoming
   * spikes `dx`; absent where the neurons below read the gradient of drives
   * themselves.
   *
   * @param layer The layer.
   * @param setting Sizes and constants.
   * @returns The launches, in order.
   */
  adjoint?(layer: L, setting: LayerSetting): readonly Launch[];
  /**
   * Returns the constants with which the neurons below read the gradient of
   * drives, where there is no adjoint.
   *
   * @param layer The layer.
   * @returns Constants by their names in neuron_adjoint.wgsl.
   */
  readBelow?(layer: L): Readonly<Record<string, number>>;
  /**
   * Launches the weight gradient, from incoming spikes `inputs` and the
   * gradient of drives `dy` to the gradient of weights `dw` and, where `batch`
   * requests it, their update.
   *
   * @param layer The layer.
   * @param setting Sizes and constants.
   * @returns The launches, in order.
   */
  gradient?(layer: L, setting: LayerSetting): readonly Launch[];
  /**
   * Launches the weight gradient from the gradient of batch-normalised drives
   * `dy`, the drives `xQuads` and the coefficients `factors`, see
   * norm_gradient.wgsl, so that the gradient of drives need not be written;
   * absent where that is slower.
   *
   * @param layer The layer.
   * @param setting Sizes and constants.
   * @returns The launches, in order.
   */
  gradientThroughNorm?(layer: L, setting: LayerSetting): readonly Launch[];
  /**
   * Counts the synapses of each input, to estimate the energy of a network.
   *
   * @param layer The layer.
   * @returns Fan-out of each input: the number of synapses that its spikes
   * reach, in the order (row·W + column)·C + channel.
   */
  fanOut?(layer: L): Float64Array;
  /**
   * Returns the size of a sample's partial sums in `stripSum`.
   *
   * @param layer The layer.
   * @returns The number of floats.
   */
  partialFloats?(layer: L): number;
}
