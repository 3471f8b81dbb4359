/**
 * Ghost convolutions: a convolution computes half of the feature maps, and a
 * depth-wise convolution computes the other half from these.
 *
 * @module
 */

import { ShapeError } from "../../device/errors.ts";
import { conv } from "../../layers/conv.ts";
import type { ConvDescription, ConvLayer } from "../../layers/conv_shapes.ts";
import { inQuads } from "../../network/layout.ts";
import type { Extent } from "../../network/network.ts";
import type { WeightLayout } from "../../network/weights.ts";

/** The depth-wise half of a ghost convolution. */
export interface Ghost {
  /** The convolution that computes the first half of the feature maps. */
  readonly first: ConvLayer;
  /** Side of the depth-wise kernels. */
  readonly window: number;
  /** Weights of the depth-wise kernels. */
  readonly weights: WeightLayout;
}

/**
 * Determines the shapes of a ghost convolution.
 *
 * @param description The convolution, with the number of all feature maps.
 * @param place Name of the layer, and the extent of its input.
 * @returns The layer of all feature maps, and its halves.
 * @throws {ShapeError} If the number of feature maps is odd, or sizes do not
 * fit.
 */
export function describeGhost(
  description: ConvDescription,
  place: { readonly name: string; readonly input: Extent },
) {
  const { out, weightNorm } = description;
  if (weightNorm) {
    throw new ShapeError(
      `Cannot build layer "${place.name}" with weightNorm: it is for conv and ` +
        "dense",
    );
  }
  if (out % 2 !== 0) {
    throw new ShapeError(
      `Cannot build layer "${place.name}" of ${out} maps: a ghost convolution ` +
        "needs an even number",
    );
  }
  const half = out / 2;
  const own = { ...description, out: half };
  const first = { ...conv.describe(own, place), ...place, kind: conv };
  const window = 3;
  return {
    shapes: {
      ...first,
      output: { ...first.output, C: out },
      runSize: out,
    },
    ghost: {
      first: first as unknown as ConvLayer,
      window,
      weights: depthwiseWeights(half, window),
    } satisfies Ghost,
  };
}

/** Weights `[maps, 1, window, window]`, initialised as in PyTorch. */
function depthwiseWeights(maps: number, window: number): WeightLayout {
  const taps = window * window;
  const row = inQuads(maps);
  return {
    shape: [maps, 1, window, window, 1],
    floats: taps * row,
    first: (random) =>
      Float32Array.from(
        { length: maps * taps },
        () => (2 * random.uniform() - 1) / window,
      ),
    visit(at) {
      for (let c = 0; c < maps; c++) {
        for (let k = 0; k < taps; k++) at(c * taps + k, k * row + c);
      }
    },
  };
}

/**
 * Returns the floats of a sample's first half of feature maps.
 *
 * @param ghost The convolution.
 * @param T Bins of a sample.
 * @returns The number of floats.
 */
export function ghostFloats({ first: { output } }: Ghost, T: number): number {
  return T * output.H * output.W * inQuads(output.C);
}

/**
 * Returns the floats of a sample's partial sums of the depth-wise weight
 * gradient.
 *
 * @param ghost The convolution.
 * @returns The number of floats.
 */
export function ghostPartialFloats({ first: { output }, weights }: Ghost) {
  return output.H * weights.floats;
}
