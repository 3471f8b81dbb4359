/**
 * Memory layout of a layer's potentials, drives and gradients, in quads.
 *
 * A kernel loads and stores a quad of four neurons at once. Neurons are stored
 * in runs, each padded with zeros to whole quads. In a convolution a run holds
 * the output channels of one group at one pixel, in other layers all neurons.
 *
 * @module
 */

import { type Extent, sizeOf } from "./network.ts";

/** Layout of a layer's neurons within one bin of a sample. */
export interface Layout {
  /** Neurons of a run. */
  readonly runSize: number;
  /** Floats of all runs with their padding, a multiple of four. */
  readonly floats: number;
}

/** Neurons of a quad. */
export const QUAD = 4;

/** Words that the offset of a buffer binding must be a multiple of. */
export const ALIGNMENT = 64;

/**
 * Rounds a number of neurons up to whole quads.
 *
 * @param size Number of neurons.
 * @returns Floats that they take in memory.
 */
export function inQuads(size: number): number {
  return QUAD * Math.ceil(size / QUAD);
}

/**
 * Counts the rows by which drives are stored after potentials in their shared
 * buffer, so that the potentials written overwrite no drive of the last K bins.
 *
 * @param K Bins after which a neuron reads a drive a second time.
 * @returns The number of rows, at least K, at which a binding may begin.
 */
export function leadOf(K: number): number {
  const rows = ALIGNMENT / QUAD;
  return rows * Math.ceil(K / rows);
}

/**
 * Lays out the neurons of a layer.
 *
 * @param layer Extent of the output, and neurons of a run.
 * @returns Layout of the layer's neurons.
 */
export function layoutOf(
  { output, runSize }: { readonly output: Extent; readonly runSize: number },
): Layout {
  return { runSize, floats: sizeOf(output) / runSize * inQuads(runSize) };
}

/**
 * Finds a neuron's place in memory.
 *
 * @param layout The layout of the layer.
 * @param neuron Index of the neuron, (row·W + column)·C + channel.
 * @returns Offset of the neuron within a bin, in floats.
 */
export function placeOf({ runSize }: Layout, neuron: number): number {
  return Math.floor(neuron / runSize) * inQuads(runSize) + neuron % runSize;
}
