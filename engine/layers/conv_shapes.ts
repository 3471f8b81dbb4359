/**
 * Descriptions of convolutions, and their shapes.
 *
 * @module
 */

import { ShapeError } from "../device/errors.ts";
import {
  type Extent,
  type Pair,
  requireOptions,
  requireSizes,
} from "../network/network.ts";
import type { WeightLayout } from "../network/weights.ts";
import type { Layer, LayerShapes } from "./layer.ts";
import { quadWeights } from "./quad_weights.ts";

/** A convolution in the description of a network. */
export interface ConvDescription {
  /** Channels of the output. */
  readonly out: number;
  /** Size of the kernel. */
  readonly kernel: Pair;
  /** Stride of the kernel. @default 1 */
  readonly stride?: Pair;
  /** Zero padding around the input. @default 0 */
  readonly padding?: Pair;
  /** Distance between the kernel's taps. @default 1 */
  readonly dilation?: Pair;
  /** Groups of channels that are convolved separately. @default 1 */
  readonly groups?: number;
  /** Factor of the initial weights. @default 100 */
  readonly weightScale?: number;
  /**
   * Weight normalisation: updates change gain g and direction v of each
   * output's weights w = g · v / |v|, as in PyTorch's weight_norm and lava-dl.
   *
   * @default false; not supported for transposed and ghost convolutions
   */
  readonly weightNorm?: boolean;
}

const OPTIONS: readonly (keyof ConvDescription)[] = [
  ...["out", "kernel", "stride", "padding", "dilation", "groups"] as const,
  ...["weightScale", "weightNorm"] as const,
];

/** A convolution with its shapes; pairs are rows, then columns. */
export interface ConvLayer extends Layer {
  /** Size of the kernel. */
  readonly kernel: readonly [number, number];
  /** Stride of the kernel. */
  readonly stride: readonly [number, number];
  /** Zero padding around the input. */
  readonly padding: readonly [number, number];
  /** Distance between the kernel's taps. */
  readonly dilation: readonly [number, number];
  /** Groups of channels that are convolved separately. */
  readonly groups: number;
  /** Shape and memory layout of the weights. */
  readonly weights: WeightLayout;
}

/**
 * Determines the shapes of a convolution.
 *
 * @param description The description.
 * @param place Name of the layer, and the extent of its input.
 * @returns The shapes; a run holds the output channels of one group at a pixel.
 * @throws {ShapeError} If a size is not a positive integer, or the kernel is
 * larger than the padded input.
 * @throws {TypeError} If a convolution has no such option.
 */
export function describeConv(
  description: ConvDescription,
  { name, input }: { readonly name: string; readonly input: Extent },
): LayerShapes<ConvLayer> {
  const { out, weightScale = 100, weightNorm } = description;
  const geometry = geometryOf(description, { name, input });
  const { kernel, stride, padding, dilation, groups } = geometry;
  const along = (side: number, axis: 0 | 1) =>
    Math.floor(
      (side + 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1) - 1) /
        stride[axis],
    ) + 1;
  const output = { C: out, H: along(input.H, 0), W: along(input.W, 1) };
  if (output.H < 1 || output.W < 1) {
    throw new ShapeError(
      `Cannot build layer "${name}": a kernel of ${kernel.join("×")} does ` +
        `not fit an input of ${input.H}×${input.W}`,
    );
  }
  const shape = [out, input.C / groups, ...kernel, 1];
  const runSize = out / groups;
  const weights = quadWeights(shape, {
    name,
    runSize,
    weightScale,
    weightNorm,
  });
  return {
    output,
    runSize,
    weights,
    ...geometry,
  };
}

/**
 * Checks the geometry of a convolution.
 *
 * @param description The description.
 * @param place Name of the layer, and the extent of its input.
 * @returns Its sizes, with their defaults.
 * @throws {ShapeError} If a size is not a positive integer, or the groups do
 * not divide the channels.
 * @throws {TypeError} If a convolution has no such option.
 */
export function geometryOf(
  description: ConvDescription,
  { name, input }: { readonly name: string; readonly input: Extent },
): Pick<ConvLayer, "kernel" | "stride" | "padding" | "dilation" | "groups"> {
  requireOptions(name, description, OPTIONS);
  const { out, groups = 1 } = description;
  const kernel = pair(description.kernel);
  const stride = pair(description.stride ?? 1);
  const padding = pair(description.padding ?? 0);
  const dilation = pair(description.dilation ?? 1);
  requireSizes(name, [out, groups]);
  requireSizes(name, [...kernel, ...stride, ...dilation]);
  requireSizes(name, padding, { least: 0 });
  if (input.C % groups !== 0 || out % groups !== 0) {
    throw new ShapeError(
      `Cannot build layer "${name}": ${groups} groups do not divide ` +
        `${input.C} inputs and ${out} outputs`,
    );
  }
  return { kernel, stride, padding, dilation, groups };
}

function pair(value: Pair): readonly [number, number] {
  const [rows, columns] = typeof value === "number" ? [value, value] : value;
  return [rows, columns];
}
