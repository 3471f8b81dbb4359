/**
 * Memory layout of a layer's potentials, drives and gradients, in quads.
 *
 * A kernel loads and stores a quad of four neurons at once. Neurons are stored
 * in runs, each zero-padded to whole quads. In a convolution a run holds the
 * output channels of one group at one pixel, in other layers all neurons.
 *
 * @module
 */

import { type Extent, sizeOf } from "./network.ts";

/** Layout of a layer's neurons within one bin of a sample. */
export interface Layout {
  /** Neurons per run. */
  readonly runSize: number;
  /** Floats of all runs including padding, a multiple of four. */
  readonly floats: number;
}

/** Neurons per quad. */
export const QUAD = 4;

/** Alignment of buffer bindings, in words. */
export const ALIGNMENT = 64;

/**
 * Rounds a number of neurons up to whole quads.
 *
 * @param size Number of neurons.
 * @returns Number of floats in memory.
 */
export function inQuads(size: number): number {
  return QUAD * Math.ceil(size / QUAD);
}

/**
 * Returns the number of rows between potentials and drives in their shared
 * buffer: potentials then overwrite no drive of the last K bins.
 *
 * @param K Bins after which a neuron reads a drive a second time.
 * @returns The number of rows, at least K, such that a binding may begin there.
 */
export function leadOf(K: number): number {
  const rows = ALIGNMENT / QUAD;
  return rows * Math.ceil(K / rows);
}

/**
 * Determines the memory layout of a layer's neurons.
 *
 * @param layer Extent of the output, and neurons per run.
 * @returns Layout of the layer's neurons.
 */
export function layoutOf(
  { output, runSize }: { readonly output: Extent; readonly runSize: number },
): Layout {
  return { runSize, floats: sizeOf(output) / runSize * inQuads(runSize) };
}

/**
 * Returns a neuron's place in memory.
 *
 * @param layout The layout of the layer.
 * @param neuron Index of the neuron, (row·W + column)·C + channel.
 * @returns Offset of the neuron within a bin, in floats.
 */
export function placeOf({ runSize }: Layout, neuron: number): number {
  return Math.floor(neuron / runSize) * inQuads(runSize) + neuron % runSize;
}
