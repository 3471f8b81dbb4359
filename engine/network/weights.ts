/**
 * Weights: their place in the buffer of all layers, and their axis orders.
 *
 * The public order is that of SLAYER, `[out, in, height, width, 1]`; each kind
 * of layer has its own memory layout for its kernels.
 *
 * @module
 */

import { ShapeError } from "../device/errors.ts";
import { ALIGNMENT } from "./layout.ts";
import type { Random } from "./random.ts";

/** A named array: weights or gradients of one layer. */
export interface NamedArray {
  /** Lengths of the axes, slowest first. */
  readonly shape: readonly number[];
  /** The values, row-major. */
  readonly data: Float32Array;
}

/** Shape of an array, and its conversion to the kernels' memory layout. */
export interface WeightLayout {
  /** Lengths of the axes in the public order, slowest first. */
  readonly shape: readonly number[];
  /** Floats in the kernels' memory layout, a multiple of four. */
  readonly floats: number;
  /**
   * Accepts an array of another shape with the same number of values.
   *
   * @default no other shape
   */
  readonly fits?: (shape: readonly number[]) => boolean;
  /**
   * Factor of the learning rate, and the bounds that updates clamp values to.
   *
   * @default factor 1, no bounds
   */
  readonly bounds?: {
    readonly rate: number;
    readonly least: number;
    readonly most: number;
  };
  /**
   * Stretch of each output, where updates change gain and direction of the
   * weights (weight normalisation); see weight_norm.wgsl.
   *
   * @default none: updates change the weights themselves
   */
  readonly stretch?: WeightLayout;
  /**
   * Draws the initial weights.
   *
   * @param random The generator.
   * @returns The values in the public order.
   */
  first(random: Random): Float32Array;
  /**
   * Visits every weight.
   *
   * @param at Called with the index of each weight in the public order and in
   * the kernels' memory layout.
   */
  visit(at: (user: number, kernel: number) => void): void;
}

/** The range of one layer's weights in the buffer of all layers. */
export interface WeightSlot {
  /** Name of the layer. */
  readonly layer: string;
  /** Name of the array in a weights file: `conv1.weight`, `conv1.delay`. */
  readonly name: string;
  /** Shape and memory layout of the weights. */
  readonly weights: WeightLayout;
  /** Offset of the first weight, in floats. */
  readonly offset: number;
  /** Number of elements. */
  readonly length: number;
}

/**
 * Returns the number of values of a shape.
 *
 * @param shape Lengths of the axes.
 * @returns The product of the lengths.
 */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/**
 * Lays out the weights, delays and learned responses of all layers in one
 * buffer.
 *
 * @param layers The layers.
 * @returns A slot for each array, and the length of all in floats.
 */
export function layOutWeights(
  layers: readonly {
    readonly name: string;
    readonly weights?: WeightLayout;
    readonly axon?: { readonly delays?: WeightLayout };
    readonly response?: { readonly taps: WeightLayout };
  }[],
): { slots: WeightSlot[]; length: number } {
  const slots: WeightSlot[] = [];
  let offset = 0;
  for (const { name: layer, weights: own, axon, response } of layers) {
    const arrays = {
      weight: own,
      stretch: own?.stretch,
      delay: axon?.delays,
      response: response?.taps,
    };
    for (const [array, weights] of Object.entries(arrays)) {
      if (!weights) continue;
      const length = weights.floats;
      slots.push({ layer, name: `${layer}.${array}`, weights, offset, length });
      offset += Math.ceil(length / ALIGNMENT) * ALIGNMENT;
    }
  }
  return { slots, length: Math.max(offset, ALIGNMENT) };
}

/**
 * Converts weights from the public order to the kernels' memory layout.
 *
 * @param slot The layer's weights.
 * @param array Weights in the public order.
 * @returns The weights in the kernels' memory layout, zero-padded.
 * @throws {ShapeError} If the shape is not the layer's.
 * @throws {RangeError} If a weight is not finite.
 */
export function toKernelOrder(
  { name, weights }: Pick<WeightSlot, "name" | "weights">,
  array: NamedArray,
): Float32Array {
  const { shape } = weights;
  const fits = isSameShape(array.shape, shape) ||
    (weights.fits?.(array.shape) ?? false);
  if (!fits || array.data.length !== countOf(shape)) {
    throw new ShapeError(
      `Cannot set "${name}": the network has [${shape}], not ` +
        `[${array.shape}] with ${array.data.length} values`,
    );
  }
  const wrong = array.data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new RangeError(
      `Cannot set "${name}" to ${array.data[wrong]}: value ${wrong} is not ` +
        "finite",
    );
  }
  const data = new Float32Array(weights.floats);
  weights.visit((user, kernel) => data[kernel] = array.data[user]);
  return data;
}

/** Whether two shapes are equal up to trailing axes of length 1. */
export function isSameShape(
  a: readonly number[],
  b: readonly number[],
): boolean {
  const axes = Math.max(a.length, b.length);
  for (let axis = 0; axis < axes; axis++) {
    if ((a[axis] ?? 1) !== (b[axis] ?? 1)) return false;
  }
  return true;
}

/**
 * Converts weights from the kernels' memory layout to the public order.
 *
 * @param weights The layer's weights.
 * @param data The weights in the kernels' memory layout.
 * @returns The weights in the public order.
 */
export function toUserOrder(
  weights: WeightLayout,
  data: Float32Array,
): NamedArray {
  const values = new Float32Array(countOf(weights.shape));
  weights.visit((user, kernel) => values[user] = data[kernel]);
  return { shape: [...weights.shape], data: values };
}
