/**
 * A kind of layer: its shapes, weights and kernels.
 *
 * @module
 */

import type { Launch } from "../device/launch.ts";
import type { Layout } from "../network/layout.ts";
import type { Extent } from "../network/network.ts";
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
   * Neurons of a run: potentials, drives and gradients are stored run by run,
   * each padded to a multiple of four.
   */
  readonly runSize: number;
  /** Shape and order of the trainable weights, if the layer has any. */
  readonly weights?: WeightLayout;
  /** Step that weights are rounded to. @default they are not rounded */
  readonly weightStep?: number;
  /** The neuron of the layer, one for each output. */
  readonly neuron: Neuron;
  /** The responses to incoming spikes, if the layer learns them. */
  readonly response?: LearnedResponse;
  /** How spikes reach the layer above. @default as they are */
  readonly axon?: Axon;
}

/**
 * Gives a layer as its synapse sees it: where a response is learned, each neuron
 * has several drives, which are channels of their own.
 *
 * @param layer The layer.
 * @returns The same layer, with the extent of its drives.
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

/** The fields of a layer that `describe()` of its kind returns. */
export type LayerShapes<L extends Layer = Layer> = Omit<
  L,
  "kind" | "name" | "input" | "neuron" | "axon" | "weightStep" | "response"
>;

/** Sizes and constants for the kernels of a layer. */
export interface LayerSetting {
  /** Bins in a sample. */
  readonly T: number;
  /** Bit planes of the incoming spikes; plane p counts 2^p. */
  readonly P: number;
  /** Factor of what the last plane counts. @default 1 */
  readonly lastSign?: number;
  /** Height of an incoming spike. */
  readonly height: number;
  /** Rows from one sample's drives to the next one's; the first T are used. */
  readonly sampleRows: number;
  /** Memory layout of the layer below. */
  readonly below: Layout;
  /** Whether the device computes on the CPU. */
  readonly software: boolean;
  /** Bytes of shared memory that a workgroup may have. */
  readonly workgroupBytes: number;
  /** The number of the rule by which weights are updated. */
  readonly rule: number;
  /** The layer's neurons, for a kernel that integrates them. */
  readonly neurons: NeuronSetting;
  /**
   * Further constants of a kernel that integrates neurons, by their names in
   * neurons.wgsl; a kernel may replace the height of a spike in `height`.
   */
  readonly forwardConstants: Readonly<Record<string, number>>;
  /** Whether a kernel that integrates neurons also writes `neuronPacked`. */
  readonly packsNeurons: boolean;
}

/**
 * A kind of layer, as plain data.
 *
 * A description names a user-defined kind as `{ kind, …options }`.
 *
 * Buffers are bound by their names: incoming spikes `inputs` [N, P, B, F in],
 * time-packed, and `neuronPacked` [N, P, B, 32·⌈F in / 32⌉]; weights `w`; the
 * drive `x` and its gradient `dy` [N, sampleRows, F out]; the gradient of
 * incoming spikes `dx` [N, T, F in]; `batch`; the gradient of weights `dw`;
 * its partial sums, `stripSum` to write and `stripSums` to read; and the
 * weights and moments to update, `weights`, `m`, `v` and `vMax`, see
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
   * Whether the forward kernel integrates the neurons too; its launch then has
   * the constants of `neurons` and `forwardConstants`, and the bindings of
   * neurons.wgsl.
   *
   * @default false: the kernel writes drives to `x`
   */
  readonly integrates?: boolean;
  /**
   * Works out the shapes of a layer.
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
   * From incoming spikes to drives, or to the layer's spikes.
   *
   * @param layer The layer.
   * @param setting Sizes and constants.
   * @returns The launches, in order.
   */
  forward(layer: L, setting: LayerSetting): readonly Launch[];
  /**
   * From incoming spikes to drives alone, where `forward` integrates the
   * neurons too; a stream has kernels of its own for them.
   *
   * @param layer The layer.
   * @param setting Sizes and constants.
   * @returns The launches, which write drives to `u`, and the factor of a spike.
   */
  drive?(
    layer: L,
    setting: LayerSetting,
  ): { readonly launches: readonly Launch[]; readonly factor: number };
  /**
   * From the gradient of drives `dy` to that of incoming spikes `dx`; absent
   * where the neurons below read the gradient of drives themselves.
   *
   * @param layer The layer.
   * @param setting Sizes and constants.
   * @returns The launches, in order.
   */
  adjoint?(layer: L, setting: LayerSetting): readonly Launch[];
  /**
   * How the neurons below read the gradient of drives, where there is no
   * adjoint.
   *
   * @param layer The layer.
   * @returns Constants by their names in neuron_adjoint.wgsl.
   */
  readBelow?(layer: L): Readonly<Record<string, number>>;
  /**
   * From incoming spikes `inputs` and the gradient of drives `dy` to the
   * gradient of weights `dw` and, where `batch` asks for it, to their update.
   *
   * @param layer The layer.
   * @param setting Sizes and constants.
   * @returns The launches, in order.
   */
  gradient?(layer: L, setting: LayerSetting): readonly Launch[];
  /**
   * The same from the gradient of batch-normalised drives `dy`, the drives
   * `xQuads` and the coefficients `factors`, see norm_gradient.wgsl, so that
   * the gradient of drives need not be written; absent where that does not pay.
   *
   * @param layer The layer.
   * @param setting Sizes and constants.
   * @returns The launches, in order.
   */
  gradientThroughNorm?(layer: L, setting: LayerSetting): readonly Launch[];
  /**
   * Counts the synapses of each input, for the energy of a network.
   *
   * @param layer The layer.
   * @returns The number of outputs that a spike of each input reaches, each as
   * often as by weights; in the order (row·W + column)·C + channel.
   */
  fanOut?(layer: L): Float64Array;
  /**
   * Counts the floats of a sample's partial sums in `stripSum`.
   *
   * @param layer The layer.
   * @returns The number of floats.
   */
  partialFloats?(layer: L): number;
}
