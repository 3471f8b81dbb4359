/**
 * How the real-valued arrays of a layer lie: its neurons by four.
 *
 * A kernel loads and stores a quad of neurons at once. Neurons lie in runs,
 * which end with a quad of their own: a run is what a convolution's group
 * makes of a pixel, or else all neurons. What is over of a quad is 0.
 *
 * @module
 */

import type { ConvLayer, DenseLayer, Layer } from "../network.ts";
import { sizeOf, weightCount } from "../network.ts";
import type { StorageForm } from "../neuron.ts";

/** Where neurons lie in a bin of a sample. */
export interface Layout {
  /** Neurons of a run. */
  readonly runSize: number;
  /** Floats of all runs, a multiple of four. */
  readonly floats: number;
}

/** Neurons of a quad. */
export const QUAD = 4;

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
 * Rows by which drives lie behind potentials, so that a neuron finds the drives
 * of the last K bins where no potential has taken their place.
 *
 * @param K Taps of the response.
 * @param layers The layers.
 * @param storage How values lie in memory.
 * @returns The rows, so many that a binding may begin behind them.
 */
export function leadOf(
  K: number,
  layers: readonly Layer[],
  storage: StorageForm,
): number {
  const isOdd = (layer: Layer) => layoutOf(layer).floats / QUAD % 2 === 1;
  const rows = layers.some((layer) => isHalf(layer, storage) && isOdd(layer))
    ? 32
    : 16;
  return rows * Math.ceil(K / rows);
}

/**
 * Whether a layer's drives, potentials and gradients take 16 bits each.
 *
 * @param layer The layer.
 * @param storage How values lie in memory.
 * @returns Whether they do; those of a dense layer never do.
 */
export function isHalf(layer: Layer, storage: StorageForm): boolean {
  return storage === "float16" && layer.kind !== "dense";
}

/**
 * Rows of a sample's potentials and drives.
 *
 * @param T Bins.
 * @param lead Rows by which drives lie behind potentials.
 * @param half Whether a word holds two of them.
 * @returns The rows, and the words that each neuron takes for them.
 */
export function rowsOf(T: number, lead: number, half: boolean) {
  const rows = T + lead + (half ? T % 2 : 0);
  return { rows, words: half ? rows / 2 : rows };
}

/**
 * How a layer's neurons lie.
 *
 * @param layer The layer.
 * @returns Their layout.
 */
export function layoutOf(layer: Layer): Layout {
  const size = sizeOf(layer.output);
  const runSize = layer.kind === "conv" ? layer.output.C / layer.groups : size;
  return { runSize, floats: size / runSize * inQuads(runSize) };
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

/**
 * Floats that a layer's weights take, outputs by quads.
 *
 * @param layer The layer.
 * @returns The floats.
 */
export function weightFloats(layer: ConvLayer | DenseLayer): number {
  return layer.kind === "conv"
    ? weightCount(layer) / layer.output.C * mapFloats(layer)
    : sizeOf(layer.input) * inQuads(layer.output.C);
}

/**
 * Floats that the maps of a pixel take.
 *
 * @param layer The layer.
 * @returns The floats.
 */
export function mapFloats({ output, groups }: ConvLayer): number {
  return groups * inQuads(output.C / groups);
}
