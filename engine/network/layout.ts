/**
 * How the real-valued arrays of a layer lie: its neurons by four.
 *
 * A kernel loads and stores a quad of neurons at once. Neurons lie in runs,
 * which end with a quad of their own: a run is what a convolution's group
 * makes of a pixel, or else all neurons. What is over of a quad is 0.
 *
 * @module
 */

import { type Extent, sizeOf } from "./network.ts";

/** Where neurons lie in a bin of a sample. */
export interface Layout {
  /** Neurons of a run. */
  readonly runSize: number;
  /** Floats of all runs, a multiple of four. */
  readonly floats: number;
}

/** Neurons of a quad. */
export const QUAD = 4;

/** Words between the beginnings of two bindings of a buffer. */
export const ALIGNMENT = 64;

/**
 * Lays a number of neurons out by fours.
 *
 * @param size The number.
 * @returns The floats that they take.
 */
export function inQuads(size: number): number {
  return QUAD * Math.ceil(size / QUAD);
}

/**
 * Rows by which drives lie after potentials, so that a neuron finds the drives
 * of the last K bins where no potential has taken their place.
 *
 * @param K Bins after which a neuron is given a drive again.
 * @returns The rows, so many that a binding may begin after them.
 */
export function leadOf(K: number): number {
  const rows = ALIGNMENT / QUAD;
  return rows * Math.ceil(K / rows);
}

/**
 * How a layer's neurons lie.
 *
 * @param layer Extent of the output, and neurons of a run.
 * @returns Their layout.
 */
export function layoutOf(
  { output, runSize }: { readonly output: Extent; readonly runSize: number },
): Layout {
  return { runSize, floats: sizeOf(output) / runSize * inQuads(runSize) };
}

/**
 * Where a neuron lies.
 *
 * @param layout The layout of its layer.
 * @param neuron Its index, (row·W + column)·C + channel.
 * @returns Its place in a bin, in floats.
 */
export function placeOf({ runSize }: Layout, neuron: number): number {
  return Math.floor(neuron / runSize) * inQuads(runSize) + neuron % runSize;
}
