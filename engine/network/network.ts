/**
 * Networks as plain descriptions, and the shapes that follow from them.
 *
 * @module
 */

import { ShapeError } from "../device/errors.ts";
import { isPositive } from "./float_range.ts";

/** Rows and columns, or one number for both. */
export type Pair = number | readonly [number, number];

/** A convolution as its user writes it. */
export interface ConvDescription {
  /** Channels of the output. */
  readonly out: number;
  /** Size of the kernel. */
  readonly kernel: Pair;
  /** Step of the kernel. @default 1 */
  readonly stride?: Pair;
  /** Zeros around the input. @default 0 */
  readonly padding?: Pair;
  /** Distance between the kernel's taps. @default 1 */
  readonly dilation?: Pair;
  /** Groups of channels that do not see one another. @default 1 */
  readonly groups?: number;
  /** Factor of the initial weights. @default 100 */
  readonly weightScale?: number;
}

/** An all-to-all layer as its user writes it. */
export interface DenseDescription {
  /** Number of outputs. */
  readonly out: number;
  /** Factor of the initial weights. @default 10 */
  readonly weightScale?: number;
}

/** One layer: a synapse, followed by response and spikes. */
export type LayerDescription =
  | { readonly pool: number }
  | { readonly conv: ConvDescription }
  | { readonly dense: number | DenseDescription };

/** Channels, height and width of what goes through a layer at any time. */
export interface Extent {
  /** Channels. */
  readonly C: number;
  /** Rows. */
  readonly H: number;
  /** Columns. */
  readonly W: number;
}

/** What every layer has. */
export interface LayerShapes<Kind extends string> {
  /** What it does. */
  readonly kind: Kind;
  /** Kind and number, such as `conv1`; `fc1` for a dense one. */
  readonly name: string;
  /** What comes in. */
  readonly input: Extent;
  /** What goes out. */
  readonly output: Extent;
}

/** A pooling layer with its shapes. */
export interface PoolLayer extends LayerShapes<"pool"> {
  /** Side of the square that is summed. */
  readonly window: number;
}

/** A convolution with its shapes; pairs are rows, then columns. */
export interface ConvLayer extends LayerShapes<"conv"> {
  /** Size of the kernel. */
  readonly kernel: readonly [number, number];
  /** Step of the kernel. */
  readonly stride: readonly [number, number];
  /** Zeros around the input. */
  readonly padding: readonly [number, number];
  /** Distance between the kernel's taps. */
  readonly dilation: readonly [number, number];
  /** Groups of channels that do not see one another. */
  readonly groups: number;
  /** Factor of the initial weights. */
  readonly weightScale: number;
}

/** An all-to-all layer with its shapes. */
export interface DenseLayer extends LayerShapes<"dense"> {
  /** Factor of the initial weights. */
  readonly weightScale: number;
}

/** A layer with its shapes. */
export type Layer = PoolLayer | ConvLayer | DenseLayer;

/**
 * Number of neurons of an extent.
 *
 * @param extent Channels, height and width.
 * @returns C·H·W.
 */
export function sizeOf(extent: Extent): number {
  return extent.C * extent.H * extent.W;
}

/**
 * Number of weights that a layer learns.
 *
 * @param layer The layer.
 * @returns Their number, 0 for a pool.
 */
export function weightCount(layer: Layer): number {
  switch (layer.kind) {
    case "pool":
      return 0;
    case "conv":
      return layer.kernel[0] * layer.kernel[1] * layer.output.C *
        (layer.input.C / layer.groups);
    case "dense":
      return sizeOf(layer.input) * layer.output.C;
  }
}

/**
 * Works out the shapes of a network.
 *
 * @param input What one time bin of a sample looks like.
 * @param descriptions The layers, first to last.
 * @returns The layers with their shapes, named by kind: `conv1`, `pool1`,
 * `fc1` …, as SLAYER's users name them.
 * @throws {ShapeError} If there is no layer, a size is not a positive integer,
 * or a kernel is larger than what it is laid on.
 * @throws {RangeError} If a `weightScale` is not positive.
 *
 * @example
 * ```ts
 * import { describeLayers } from "./network.ts";
 * const layers = describeLayers({ C: 2, H: 34, W: 34 }, [
 *   { conv: { out: 16, kernel: 5, padding: 1 } },
 *   { pool: 2 },
 *   { dense: 10 },
 * ]);
 * if (layers[1].output.H !== 16) throw new Error("expected 16 rows");
 * ```
 */
export function describeLayers(
  input: Extent,
  descriptions: readonly LayerDescription[],
): Layer[] {
  if (descriptions.length === 0) {
    throw new ShapeError("Cannot build a network: it has no layers");
  }
  requireSizes("input", [input.C, input.H, input.W], 1);
  const layers: Layer[] = [];
  const numbers = { pool: 0, conv: 0, fc: 0 };
  let extent = input;
  for (const description of descriptions) {
    if (
      !("pool" in description || "conv" in description ||
        "dense" in description)
    ) {
      throw new ShapeError(
        `Cannot build layer ${layers.length + 1}: ` +
          `${JSON.stringify(description)} is no pool, conv or dense`,
      );
    }
    const layer = "pool" in description
      ? describePool(`pool${++numbers.pool}`, extent, description.pool)
      : "conv" in description
      ? describeConv(`conv${++numbers.conv}`, extent, description.conv)
      : describeDense(`fc${++numbers.fc}`, extent, description.dense);
    layers.push(layer);
    extent = layer.output;
  }
  return layers;
}

function describePool(name: string, input: Extent, window: number): PoolLayer {
  requireSizes(name, [window], 1);
  const output = {
    C: input.C,
    H: Math.ceil(input.H / window),
    W: Math.ceil(input.W / window),
  };
  return { kind: "pool", name, input, output, window };
}

function describeConv(
  name: string,
  input: Extent,
  description: ConvDescription,
): ConvLayer {
  const kernel = pair(description.kernel);
  const stride = pair(description.stride ?? 1);
  const padding = pair(description.padding ?? 0);
  const dilation = pair(description.dilation ?? 1);
  const groups = description.groups ?? 1;
  requireSizes(name, [description.out, groups], 1);
  requireSizes(name, [...kernel, ...stride, ...dilation], 1);
  requireSizes(name, padding, 0);
  if (input.C % groups !== 0 || description.out % groups !== 0) {
    throw new ShapeError(
      `Cannot build layer "${name}": ${groups} groups do not divide ` +
        `${input.C} inputs and ${description.out} outputs`,
    );
  }
  const along = (side: number, axis: 0 | 1) =>
    Math.floor(
      (side + 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1) - 1) /
        stride[axis],
    ) + 1;
  const output = {
    C: description.out,
    H: along(input.H, 0),
    W: along(input.W, 1),
  };
  if (output.H < 1 || output.W < 1) {
    throw new ShapeError(
      `Cannot build layer "${name}": a kernel of ${kernel.join("×")} does ` +
        `not fit an input of ${input.H}×${input.W}`,
    );
  }
  const weightScale = requireScale(name, description.weightScale ?? 100);
  return {
    ...{ kind: "conv", name, input, output },
    ...{ kernel, stride, padding, dilation, groups, weightScale },
  };
}

function describeDense(
  name: string,
  input: Extent,
  description: number | DenseDescription,
): DenseLayer {
  const { out, weightScale = 10 } = typeof description === "number"
    ? { out: description }
    : description;
  requireSizes(name, [out], 1);
  const output = { C: out, H: 1, W: 1 };
  requireScale(name, weightScale);
  return { kind: "dense", name, input, output, weightScale };
}

function pair(value: Pair): readonly [number, number] {
  const [rows, columns] = typeof value === "number" ? [value, value] : value;
  return [rows, columns];
}

function requireScale(name: string, weightScale: number): number {
  if (!isPositive(weightScale)) {
    throw new RangeError(
      `Cannot build layer "${name}": weightScale ${weightScale} is not positive`,
    );
  }
  return weightScale;
}

function requireSizes(
  name: string,
  sizes: readonly number[],
  least: number,
): void {
  for (const size of sizes) {
    if (!Number.isSafeInteger(size) || size < least) {
      throw new ShapeError(
        `Cannot build layer "${name}": ${size} is not an integer of at ` +
          `least ${least}`,
      );
    }
  }
}
