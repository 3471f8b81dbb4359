/**
 * Units: the layers of a network that is computed layer by layer.
 *
 * A unit is a synapse (a convolution or an all-to-all layer), a normalisation
 * or a bias, neurons, spikes of an earlier unit that are added, pooling and
 * dropout. What it gives is a raster: spikes, or small counts of them.
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
  /** Whether counts have a sign, in a plane of its own. @default false */
  readonly signed?: boolean;
  /** What a count of one stands for, in evaluation. */
  readonly scale: number;
  /** Share of outputs that are not silenced by dropout while training. */
  readonly kept: number;
  /** Channels of a run in the layout of its gradient; see layout.ts. */
  readonly runSize: number;
}

/** Ways to normalise drives. */
export const NORM_KINDS = [
  "batch",
  "mean",
  "scale",
] as const satisfies readonly Norm["kind"][];

/** Statistics by which drives are normalised. */
export interface Norm {
  /**
   * By mean and variance of each channel, with a scale and a bias that are
   * learned; by its mean alone; or by its mean and the power of two, from 1/8 to
   * 8, next above the deviation of all channels together.
   */
  readonly kind: "batch" | "mean" | "scale";
  /** Added to the variance. */
  readonly epsilon: number;
  /** Share of a batch in the running statistics. */
  readonly momentum: number;
}

/** Pooling of spikes. */
export interface Pooling {
  /** Whether the largest count of the window is taken, or the mean. */
  readonly kind: "max" | "average";
  /** Side of the window, which is also its step. */
  readonly window: number;
  /** Side of the windows that were pooled first, where two poolings are one. */
  readonly inner: number;
}

/** How spikes of an earlier unit are joined to a unit's own. */
export interface Residual {
  /** Index of the raster. */
  readonly raster: number;
  /** Added, or let through where the unit does not spike. */
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
  /** Whether a bias is added, where nothing is normalised. */
  readonly bias: boolean;
  /** The neurons; a readout has none. */
  readonly neuron?: Neuron;
  /** From the neurons' spikes to their drives one bin later, if they are. */
  readonly recurrent?: Layer;
  /** How long its spikes take; they are joined and pooled as they arrive. */
  readonly axon?: Axon;
  /** Spikes of an earlier unit. */
  readonly residual?: Residual;
  /** Pooling of spikes. */
  readonly pooling?: Pooling;
  /** Probability that an output is silenced while training. */
  readonly dropout: number;
  /** Spikes, and those of the earlier unit. */
  readonly joined: Raster;
  /** What the unit gives, pooled. */
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
 * Tells whether the gradient of a unit's spikes is computed before its neurons'.
 *
 * @param unit The unit.
 * @returns Whether its spikes arrive later, or its own layer reads them before
 * they are dropped or joined.
 */
export function hasOwnGradient(unit: Unit): boolean {
  const { axon, recurrent, residual } = unit;
  return axon !== undefined ||
    (recurrent !== undefined && (isPooled(unit) || residual !== undefined));
}

/**
 * Tells whether the drives of a unit are summed over time.
 *
 * @param units The units.
 * @param unit The unit.
 * @returns Whether what it reads are differences, or its neurons send these.
 */
export function isSummed(units: Units, { source, neuron }: Unit): boolean {
  return rasterOf(units, source).signed === true ||
    neuron?.kind.graded !== undefined;
}

/**
 * Counts the bit planes of a raster.
 *
 * @param raster The raster.
 * @returns Planes that its largest count needs.
 */
export function planesOf({ most, signed = false }: Raster): number {
  return Math.ceil(Math.log2(most + 1)) + Number(signed);
}

/**
 * Finds a raster.
 *
 * @param units The units.
 * @param index 0 for the input, else the unit that gives it, from 1.
 * @returns The raster.
 */
export function rasterOf({ input, units }: Units, index: number): Raster {
  return index === 0 ? input : units[index - 1].output;
}

/**
 * Floats of a pixel of drives or gradients.
 *
 * @param raster Channels, and those of a run.
 * @returns The channels, each run filled up to quads.
 */
export function floatsOf(
  { extent: { C }, runSize }: Pick<Raster, "extent" | "runSize">,
): number {
  return C / runSize * 4 * Math.ceil(runSize / 4);
}

/**
 * Tells whether pooling or dropout change what a unit's neurons give.
 *
 * @param unit The unit.
 * @returns Whether they do.
 */
export function isPooled({ pooling, dropout }: Unit): boolean {
  return pooling !== undefined || dropout > 0;
}
