/**
 * Weights: where they start, and the two orders in which they lie.
 *
 * Users see the reference's order, `[out, in, height, width, 1]`; kernels want
 * neighbouring outputs side by side, by quads: `[height, width, in, out]`.
 *
 * @module
 */

import { ShapeError } from "../device/errors.ts";
import type { ConvLayer, DenseLayer, Layer } from "./network.ts";
import { sizeOf, weightCount } from "./network.ts";
import { ALIGNMENT, layoutOf, placeOf, weightFloats } from "./layout.ts";
import type { Random } from "./random.ts";

/** A named array: weights or gradients of one layer. */
export interface NamedArray {
  /** Lengths of the axes, slowest first. */
  readonly shape: readonly number[];
  /** The values in that order. */
  readonly data: Float32Array;
}

/** Where one layer's weights lie among those of all layers. */
export interface WeightSlot {
  readonly layer: ConvLayer | DenseLayer;
  /** The name users know, such as `conv1.weight`. */
  readonly name: string;
  /** First element, in floats. */
  readonly offset: number;
  /** Number of elements. */
  readonly length: number;
}

/**
 * Lays the weights of all layers side by side.
 *
 * @param layers The layers.
 * @returns One slot a layer that learns, and the length of all in floats.
 */
export function layOutWeights(
  layers: readonly Layer[],
): { slots: WeightSlot[]; length: number } {
  const slots: WeightSlot[] = [];
  let offset = 0;
  for (const layer of layers) {
    if (layer.kind === "pool") continue;
    const length = weightFloats(layer);
    slots.push({ layer, name: `${layer.name}.weight`, offset, length });
    offset += Math.ceil(length / ALIGNMENT) * ALIGNMENT;
  }
  return { slots, length: Math.max(offset, ALIGNMENT) };
}

/**
 * The shape in which users see a layer's weights.
 *
 * @param layer The layer.
 * @returns `[out, in / groups, height, width, 1]`.
 */
export function weightShape(layer: ConvLayer | DenseLayer): number[] {
  const { input, output } = layer;
  return layer.kind === "conv"
    ? [output.C, input.C / layer.groups, ...layer.kernel, 1]
    : [output.C, input.C, input.H, input.W, 1];
}

/**
 * Draws initial weights, evenly from ±weightScale / √fan_in.
 *
 * @param layer The layer.
 * @param random The generator; one number is drawn a weight, in users' order.
 * @returns The weights in users' order.
 *
 * Source: PyTorch's default for convolutions, times SLAYER's weightScale.
 */
export function initialWeights(
  layer: ConvLayer | DenseLayer,
  random: Random,
): NamedArray {
  const shape = weightShape(layer);
  const length = weightCount(layer);
  const bound = layer.weightScale / Math.sqrt(length / layer.output.C);
  const data = Float32Array.from(
    { length },
    () => (2 * random.uniform() - 1) * bound,
  );
  return { shape, data };
}

/**
 * Turns weights from users' order into the kernels'.
 *
 * @param layer The layer.
 * @param array Weights as users see them, with or without the 1s at the end of
 * the shape; a dense layer's may also be `[out, C·H·W]`.
 * @returns `[height, width, in / groups, out]`, outputs by quads as
 * {@linkcode layoutOf} lays them.
 * @throws {ShapeError} If the shape is not the layer's.
 * @throws {RangeError} If a weight is not finite.
 */
export function toKernelOrder(
  layer: ConvLayer | DenseLayer,
  array: NamedArray,
): Float32Array {
  const shape = weightShape(layer);
  const flat = [layer.output.C, sizeOf(layer.input)];
  const fits = isSameShape(array.shape, shape) ||
    layer.kind === "dense" && isSameShape(array.shape, flat);
  if (!fits || array.data.length !== weightCount(layer)) {
    throw new ShapeError(
      `Cannot set "${layer.name}.weight": the network has [${shape}], not ` +
        `[${array.shape}] with ${array.data.length} values`,
    );
  }
  const wrong = array.data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new RangeError(
      `Cannot set "${layer.name}.weight" to ${array.data[wrong]}: value ` +
        `${wrong} is not finite`,
    );
  }
  const data = new Float32Array(weightFloats(layer));
  visit(layer, (user, kernel) => data[kernel] = array.data[user]);
  return data;
}

/** Whether shapes are the same but for 1s at their end. */
function isSameShape(a: readonly number[], b: readonly number[]): boolean {
  const axes = Math.max(a.length, b.length);
  for (let axis = 0; axis < axes; axis++) {
    if ((a[axis] ?? 1) !== (b[axis] ?? 1)) return false;
  }
  return true;
}

/**
 * Turns weights from the kernels' order into users'.
 *
 * @param layer The layer.
 * @param data `[height, width, in / groups, out]`, outputs by quads.
 * @returns The weights as users see them.
 */
export function toUserOrder(
  layer: ConvLayer | DenseLayer,
  data: Float32Array,
): NamedArray {
  const weights = new Float32Array(weightCount(layer));
  visit(layer, (user, kernel) => weights[user] = data[kernel]);
  return { shape: weightShape(layer), data: weights };
}

/** Every weight's place in users' order and in the kernels'. */
function visit(
  layer: ConvLayer | DenseLayer,
  at: (user: number, kernel: number) => void,
): void {
  const [out, channels] = weightShape(layer);
  const pixels = weightCount(layer) / out / channels;
  // The maps of one pixel lie as the outputs of a weight do.
  const layout = layoutOf(layer);
  const row = weightFloats(layer) / pixels / channels;
  for (let o = 0; o < out; o++) {
    const place = placeOf(layout, o);
    for (let c = 0; c < channels; c++) {
      for (let pixel = 0; pixel < pixels; pixel++) {
        at(
          (o * channels + c) * pixels + pixel,
          (pixel * channels + c) * row + place,
        );
      }
    }
  }
}
