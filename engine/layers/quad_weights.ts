/**
 * Memory layout of weights in quads of adjacent outputs.
 *
 * @module
 */

import { isPositive } from "../network/float_range.ts";
import { inQuads, type Layout, placeOf } from "../network/layout.ts";
import { countOf, type WeightLayout } from "../network/weights.ts";

/**
 * Describes weights that kernels store as `[height, width, in, out]`, with
 * outputs in quads like the neurons of a pixel.
 *
 * @param shape `[out, in, height, width, 1]`.
 * @param options Name of the layer, neurons per run, factor of the initial
 * weights, whether weights are normalised, and which other shapes are accepted.
 * @returns The weights.
 * @throws {RangeError} If the factor is not positive.
 */
export function quadWeights(
  shape: readonly number[],
  { name, runSize, weightScale, weightNorm = false, fits }: {
    readonly name: string;
    readonly runSize: number;
    readonly weightScale: number;
    readonly weightNorm?: boolean;
    readonly fits?: WeightLayout["fits"];
  },
): WeightLayout {
  const first = firstWeights(shape, { name, weightScale });
  const [out, channels] = shape;
  const length = countOf(shape);
  const pixels = length / out / channels;
  const layout = { runSize, floats: out / runSize * inQuads(runSize) };
  return {
    shape,
    floats: pixels * channels * layout.floats,
    fits,
    first,
    ...weightNorm && { stretch: stretchOf(out, layout) },
    visit(at) {
      for (let o = 0; o < out; o++) {
        const place = placeOf(layout, o);
        for (let c = 0; c < channels; c++) {
          for (let pixel = 0; pixel < pixels; pixel++) {
            at(
              (o * channels + c) * pixels + pixel,
              (pixel * channels + c) * layout.floats + place,
            );
          }
        }
      }
    },
  };
}

/** Stretches of the outputs (weight normalisation), initially 1. */
function stretchOf(out: number, layout: Layout): WeightLayout {
  return {
    shape: [out],
    floats: layout.floats,
    first: () => new Float32Array(out).fill(1),
    visit(at) {
      for (let o = 0; o < out; o++) at(o, placeOf(layout, o));
    },
  };
}

/**
 * Initialises weights from the uniform distribution on ±weightScale / √fan_in,
 * with one draw per weight.
 *
 * @param shape Lengths of the axes; fan_in is the product of all but the first.
 * @param options Name of the layer, and the factor.
 * @returns A function that draws the weights, in the order of the shape.
 * @throws {RangeError} If the factor is not positive.
 *
 * Source: PyTorch's default for convolutions, times SLAYER's weightScale.
 */
export function firstWeights(
  shape: readonly number[],
  { name, weightScale }: {
    readonly name: string;
    readonly weightScale: number;
  },
): WeightLayout["first"] {
  if (!isPositive(weightScale)) {
    throw new RangeError(
      `Cannot build layer "${name}": weightScale ${weightScale} is not positive`,
    );
  }
  const length = countOf(shape);
  const bound = weightScale / Math.sqrt(length / shape[0]);
  return (random) =>
    Float32Array.from(
      { length },
      () => (2 * random.uniform() - 1) * bound,
    );
}
