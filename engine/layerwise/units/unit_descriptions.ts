/**
 * Descriptions of networks that are computed layer by layer.
 *
 * @module
 */

import type { ConvDescription } from "../../layers/conv_shapes.ts";
import type { AxonDescription } from "../../layers/describe_axon.ts";
import type { DenseDescription } from "../../layers/dense.ts";
import type { LayerNeuron } from "../../layers/describe_layers.ts";
import type { NeuronDescription } from "../../neurons/describe_neuron.ts";
import type { NeuronKind } from "../../neurons/neuron_kind.ts";
import type { Norm } from "./units.ts";

/** Pooling of spikes in a description. */
export type PoolingDescription =
  | {
    /** Side of the window for max pooling. */
    readonly max: number;
  }
  | {
    /** Side of the window for average pooling. */
    readonly average: number;
  }
  | {
    /** Rows and columns of the output of adaptive average pooling. */
    readonly adaptive: number;
  };

/**
 * Options of a unit besides its synapse; each may also follow it as an entry.
 */
export interface UnitOptions {
  /**
   * Normalisation of drives: by the statistics of the batch (`batch`), by their
   * mean only (`mean`), or by their mean and a power of two, which hardware
   * divides by with bit shifts (`scale`, lava-dl's WgtScaleBatchNorm).
   *
   * @default none
   */
  readonly norm?: Norm["kind"] | Partial<Norm>;
  /** Whether to add a bias. @default true without normalisation */
  readonly bias?: boolean;
  /** The neuron, or "none" for a readout. @default the network's */
  readonly neuron?: NeuronDescription | "none";
  /**
   * Axonal delay, rounded down to whole bins: one for all neurons, or learned
   * delays. In ms, or in bins where each sample's own duration is divided into
   * slices.
   *
   * @default 0
   */
  readonly delay?: AxonDescription["delay"];
  /** Pooling of spikes. @default none */
  readonly pool?: PoolingDescription;
  /** Probability that an output is silenced for a sample. @default 0 */
  readonly dropout?: number;
}

/** One entry of the description of a network. */
export type UnitDescription =
  | UnitOptions & Pick<LayerNeuron, "quantize"> & {
    readonly conv: ConvDescription;
  }
  | UnitOptions & {
    /**
     * A ghost convolution: computes half of its feature maps from the other
     * half, with depth-wise kernels of 3×3.
     */
    readonly ghost: ConvDescription;
  }
  | UnitOptions & Pick<LayerNeuron, "quantize"> & {
    readonly dense: number | DenseDescription;
    /**
     * Whether the layer is recurrent: its neurons read the spikes of the layer,
     * one bin later, through recurrent weights.
     *
     * @default false
     */
    readonly recurrent?: boolean;
  }
  | {
    /**
     * Number of groups of neurons. Each group votes for a class by the mean of
     * its spikes. Must be the last layer; it has neither weights nor neurons.
     */
    readonly average: number;
  }
  | ResidualDescription
  | UnitOptions;

/** A residual block: units whose spikes are joined to the block's input. */
export interface ResidualDescription
  extends Pick<UnitOptions, "pool" | "dropout"> {
  /** Units of the block. */
  readonly residual: readonly UnitDescription[];
  /**
   * Units of the shortcut branch. @default none: the block's input unchanged
   */
  readonly shortcut?: readonly UnitDescription[];
  /** How both branches are joined. @default "add" */
  readonly join?: "add" | "gate";
}

/** Keys of options that only units have. */
const UNIT_KEYS = [
  ...["ghost", "norm", "bias", "residual", "recurrent"] as const,
];

/**
 * Whether a network must be computed layer by layer.
 *
 * @param layers Descriptions of its layers.
 * @param neuron The neuron of the network.
 * @returns Whether a layer is normalised, has a bias, pools spikes without
 * neurons, is a readout, residual or recurrent, has neurons that require it, or
 * averages or applies dropout to the spikes of stepped neurons.
 */
export function areUnits(
  layers: readonly object[],
  neuron: NeuronDescription = {},
): boolean {
  return needsUnits(neuron) ||
    layers.some((layer) =>
      UNIT_KEYS.some((key) => key in layer) ||
      ("average" in layer && areStepped(layers, neuron)) ||
      ("dropout" in layer && dropsSteps(layer, neuron)) ||
      ("neuron" in layer && needsUnits(layer.neuron)) ||
      ("pool" in layer && typeof layer.pool === "object")
    );
}

/** Whether a network of such neurons must be computed layer by layer. */
function needsUnits(neuron: unknown): boolean {
  const { kind } = Object(neuron) as { readonly kind?: NeuronKind };
  return neuron === "none" || (kind !== undefined && !kind.forward);
}

/** Whether the neurons below an average are stepped neurons. */
function areStepped(
  layers: readonly object[],
  network: NeuronDescription,
): boolean {
  const last = layers.findLastIndex((layer) => "dense" in layer);
  const own = layers.slice(Math.max(last, 0)).flatMap((layer) =>
    "neuron" in layer ? [layer.neuron] : []
  ).at(-1);
  const { kind } = Object(own ?? network) as { readonly kind?: NeuronKind };
  return kind?.stepped !== undefined;
}

/**
 * Whether dropout is that of a unit: an entry of its own, or of stepped
 * neurons; SLAYER's neurons have dropout in their axons.
 */
function dropsSteps(layer: object, network: NeuronDescription): boolean {
  const neuron = "neuron" in layer ? layer.neuron : undefined;
  const { kind } = Object(neuron ?? network) as { readonly kind?: NeuronKind };
  return kind?.stepped !== undefined || Object.keys(layer).length === 1;
}
