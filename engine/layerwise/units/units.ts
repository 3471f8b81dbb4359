/**
 * Units: the layers of a network that is computed layer by layer.
 *
 * A unit is a synapse (a convolution or an all-to-all layer), a normalisation
 * or a bias, neurons, a residual connection, pooling and dropout. Its output is
 * a raster: spikes, or small counts of them.
 *
 * @module
 */

import type { Ghost } from "./ghost.ts";
import type { Axon } from "../../layers/describe_axon.ts";
import type { Layer } from "../../layers/layer.ts";
import type { Extent } from "../../network/network.ts";
import type { Neuron } from "../../neurons/neuron_kind.ts";

/** Spikes of a layer, or counts of them, in bit planes. */
export interface Raster {
  /** Channels, rows and columns. */
  readonly extent: Extent;
  /** Largest count. */
  readonly most: number;
  /** Whether counts are signed, in two's complement. @default false */
  readonly signed?: boolean;
  /** Value that a count of one stands for, in evaluation. */
  readonly scale: number;
  /** Probability that dropout keeps an output in training. */
  readonly kept: number;
  /** Channels per run in the memory layout of its gradient; see layout.ts. */
  readonly runSize: number;
}

/** Kinds of normalisation of drives. */
export const NORM_KINDS = [
  "batch",
  "mean",
  "scale",
] as const satisfies readonly Norm["kind"][];

/** Normalisation of drives. */
export interface Norm {
  /**
   * Statistics of the normalisation. `batch`: mean and variance of each
   * channel, with a learned scale and bias. `mean`: mean only. `scale`: mean,
   * and the power of two from 1/8 to 8 that is not below the deviation over all
   * channels.
   */
  readonly kind: "batch" | "mean" | "scale";
  /** Added to the variance. */
  readonly epsilon: number;
  /** Weight of a batch in the running statistics. */
  readonly momentum: number;
}

/** Pooling of spikes. */
export interface Pooling {
  /** Maximum or mean of the counts of a window. */
  readonly kind: "max" | "average";
  /** Side of the window, equal to the stride. */
  readonly window: number;
  /** Side of the windows of the first pooling, where two poolings are fused. */
  readonly inner: number;
}

/**
 * Residual connection: spikes of an earlier unit that are joined to a unit's
 * own.
 */
export interface Residual {
  /** Index of the earlier unit's raster. */
  readonly raster: number;
  /**
   * `add` sums both; `gate` passes the raster where the unit does not spike.
   */
  readonly join: "add" | "gate";
}

/** A unit with its shapes. */
export interface Unit {
  /** The synapse, with the name of the unit. */
  readonly layer: Layer;
  /** The halves of a ghost convolution, if the synapse is one. */
  readonly ghost?: Ghost;
  /** Index of the raster that the synapse reads; 0 is the input. */
  readonly source: number;
  /** The normalisation, if there is one. */
  readonly norm?: Norm;
  /** Whether a bias is added, in place of a normalisation. */
  readonly bias: boolean;
  /** The neurons; a readout has none. */
  readonly neuron?: Neuron;
  /**
   * Recurrent synapses, from the neurons' spikes to their drives one bin later.
   */
  readonly recurrent?: Layer;
  /** Axons of the unit; residual connection and pooling follow them. */
  readonly axon?: Axon;
  /** Residual connection from an earlier unit. */
  readonly residual?: Residual;
  /** Pooling of spikes. */
  readonly pooling?: Pooling;
  /** Probability that an output is silenced in training. */
  readonly dropout: number;
  /** Spikes joined with those of the earlier unit. */
  readonly joined: Raster;
  /** Output of the unit, after pooling and dropout. */
  readonly output: Raster;
}

/** The units of a network, first to last. */
export interface Units {
  /** The input's counts of events. */
  readonly input: Raster;
  /** The units; unit i gives raster i + 1. */
  readonly units: readonly Unit[];
}

/**
 * Whether the gradient of a unit's spikes is computed separately from its
 * neurons' adjoint.
 *
 * @param unit The unit.
 * @returns Whether its spikes are delayed, or read by its own layer before they
 * are joined, pooled or dropped.
 */
export function hasOwnGradient(unit: Unit): boolean {
  const { axon, recurrent, residual } = unit;
  return axon !== undefined ||
    (recurrent !== undefined && (isPooled(unit) || residual !== undefined));
}

/**
 * Returns the running sums over time of a unit's drives.
 *
 * @param units The units.
 * @param unit The unit.
 * @returns Share that each keeps per bin: 1 where incoming messages are
 * differences, or neurons send differences; then that of a current.
 */
export function sumsOf(units: Units, { source, neuron }: Unit): number[] {
  const isDifference = rasterOf(units, source).signed === true ||
    neuron?.kind.graded !== undefined;
  const current = neuron?.kind.currentKept?.(neuron.parameters);
  return [
    ...isDifference ? [1] : [],
    ...current === undefined ? [] : [current],
  ];
}

/**
 * Returns the number of bit planes of a raster.
 *
 * @param raster The raster.
 * @returns Number of planes that its largest count needs.
 */
export function planesOf({ most, signed = false }: Raster): number {
  return Math.ceil(Math.log2(most + 1)) + Number(signed);
}

/**
 * Returns the number of bit planes of what a unit's neurons send.
 *
 * @param unit The unit.
 * @returns Number of planes, 1 for spikes.
 */
export function sentPlanes({ joined }: Unit): number {
  // Sigma-delta layers have no residual connections, so `joined` is their own.
  return joined.signed ? planesOf(joined) : 1;
}

/**
 * Returns a raster by its index.
 *
 * @param units The units.
 * @param index 0 for the input, i for the output of the i-th unit, from 1.
 * @returns The raster.
 */
export function rasterOf({ input, units }: Units, index: number): Raster {
  return index === 0 ? input : units[index - 1].output;
}

/**
 * Returns the floats of a pixel of drives or gradients.
 *
 * @param raster Channels, and channels per run.
 * @returns Number of channels, with each run padded to whole quads.
 */
export function floatsOf(
  { extent: { C }, runSize }: Pick<Raster, "extent" | "runSize">,
): number {
  return C / runSize * 4 * Math.ceil(runSize / 4);
}

/**
 * Whether pooling or dropout changes the spikes of a unit.
 *
 * @param unit The unit.
 * @returns Whether the unit has pooling or dropout.
 */
export function isPooled({ pooling, dropout }: Unit): boolean {
  return pooling !== undefined || dropout > 0;
}
