/**
 * Descriptions of networks that are computed layer by layer.
 *
 * @module
 */

import type { ConvDescription } from "../../layers/conv_shapes.ts";
import type { AxonDescription } from "../../layers/describe_axon.ts";
import type { DenseDescription } from "../../layers/dense.ts";
import type { NeuronDescription } from "../../neurons/describe_neuron.ts";
import type { NeuronKind } from "../../neurons/neuron_kind.ts";
import type { Norm } from "./units.ts";

/** Pooling of spikes in a description. */
export type PoolingDescription =
  | {
    /** Side of the window whose largest count is taken. */
    readonly max: number;
  }
  | {
    /** Side of the window whose mean is taken. */
    readonly average: number;
  }
  | {
    /** Rows and columns that averaging over windows leaves. */
    readonly adaptive: number;
  };

/** Options beside the synapse of a unit; each may also stand alone after it. */
export interface UnitOptions {
  /**
   * Normalises drives by the statistics of the batch, subtracts their mean, or
   * also divides them by a power of two, which hardware does by shifting bits:
   * lava-dl's WgtScaleBatchNorm.
   *
   * @default not at all
   */
  readonly norm?: Norm["kind"] | Partial<Norm>;
  /** Whether to add a bias. @default where nothing is normalised */
  readonly bias?: boolean;
  /** The neuron; a readout has "none". @default the network's */
  readonly neuron?: NeuronDescription | "none";
  /**
   * Delay of the neurons' spikes in ms, or in bins where samples are cut into
   * slices, cut to whole bins: one that all have, or what they learn.
   *
   * @default 0
   */
  readonly delay?: AxonDescription["delay"];
  /** Pools spikes. @default not at all */
  readonly pool?: PoolingDescription;
  /** Probability that an output is silent for a sample. @default 0 */
  readonly dropout?: number;
}

/** One entry of the description of a network. */
export type UnitDescription =
  | UnitOptions & { readonly conv: ConvDescription }
  | UnitOptions & {
    /**
     * A convolution that computes half of its maps by depth-wise kernels of 3×3
     * from the other half.
     */
    readonly ghost: ConvDescription;
  }
  | UnitOptions & {
    readonly dense: number | DenseDescription;
    /**
     * Whether the neurons read each other's spikes, and their own, one bin later
     * through weights of their own.
     *
     * @default false
     */
    readonly recurrent?: boolean;
  }
  | {
    /**
     * Number of groups of neurons, each of which votes for a class by the mean
     * of its spikes; the last layer, without weights and neurons.
     */
    readonly average: number;
  }
  | ResidualDescription
  | UnitOptions;

/** Units whose spikes are joined to those that they read. */
export interface ResidualDescription
  extends Pick<UnitOptions, "pool" | "dropout"> {
  /** The units. */
  readonly residual: readonly UnitDescription[];
  /** Units on the way around. @default none: the spikes as they are */
  readonly shortcut?: readonly UnitDescription[];
  /** How spikes are joined. @default "add" */
  readonly join?: "add" | "gate";
}

/** The keys by which an entry asks for what only units have. */
const UNIT_KEYS = [
  ...["ghost", "norm", "bias", "residual", "recurrent", "average"] as const,
];

/**
 * Tells whether a network has to be computed layer by layer.
 *
 * @param layers Descriptions of its layers.
 * @param neuron The neuron of the network.
 * @returns Whether any is normalised, has a bias, pools spikes without neurons,
 * is a readout, residual or recurrent, has neurons that need it, or drops the spikes of
 * neurons that are stepped bin by bin.
 */
export function areUnits(
  layers: readonly object[],
  neuron: NeuronDescription = {},
): boolean {
  return needsUnits(neuron) ||
    layers.some((layer) =>
      UNIT_KEYS.some((key) => key in layer) ||
      ("dropout" in layer && dropsSteps(layer, neuron)) ||
      ("neuron" in layer && needsUnits(layer.neuron)) ||
      ("pool" in layer && typeof layer.pool === "object")
    );
}

/** Whether a network of such neurons is computed layer by layer. */
function needsUnits(neuron: unknown): boolean {
  const { kind } = Object(neuron) as { readonly kind?: NeuronKind };
  return neuron === "none" || (kind !== undefined && !kind.forward);
}

/**
 * Whether dropout is that of a unit: an entry of its own, or of neurons that are
 * stepped; those of SLAYER have it in their axons.
 */
function dropsSteps(layer: object, network: NeuronDescription): boolean {
  const neuron = "neuron" in layer ? layer.neuron : undefined;
  const { kind } = Object(neuron ?? network) as { readonly kind?: NeuronKind };
  return kind?.stepped !== undefined || Object.keys(layer).length === 1;
}
