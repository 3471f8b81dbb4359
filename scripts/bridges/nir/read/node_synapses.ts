/**
 * Converts NIR's weight nodes.
 *
 * @module
 */

import { describeConv } from "../../../../engine/layers/conv_shapes.ts";
import { ShapeError } from "../../../../engine/device/errors.ts";
import { type Extent, sizeOf } from "../../../../engine/network/network.ts";
import type { NamedArray } from "../../../../engine/network/weights.ts";
import type { NetworkEntry } from "../../../configuration/schema/network.ts";
import { convOptions } from "../../network/conv_options.ts";
import { NetworkError } from "../../network/network_error.ts";
import {
  type NamedNode,
  numberOf,
  numbersOf,
  pairOf,
} from "../../hdf5/node_parameters.ts";

/** Weights, and their entry in a configuration. */
export interface Synapse {
  /** The entry, without neuron and bias. */
  readonly entry: NetworkEntry;
  /** Arrays by the part of their name after the layer's, without the bias. */
  readonly arrays: Readonly<Record<string, NamedArray>>;
  /** Bias of each output channel. */
  readonly bias: Float64Array;
  /** Extent of the drives. */
  readonly extent: Extent;
}

/** Types of weight nodes. */
export const SYNAPSE_TYPES: readonly string[] = [
  "Affine",
  "Linear",
  "Conv1d",
  "Conv2d",
];

/**
 * Converts a weight node.
 *
 * @param node The node.
 * @param input Extent of its input, and a factor of each input channel.
 * @returns The weights.
 * @throws {NetworkError} If they do not fit the input, or have no equivalent
 * here.
 */
export function synapseOf(
  node: NamedNode,
  input: { readonly extent: Extent; readonly gains: Float64Array },
): Synapse {
  return node.type.startsWith("Conv")
    ? convOf(node, input)
    : denseOf(node, input);
}

function denseOf(
  node: NamedNode,
  { extent, gains }: { readonly extent: Extent; readonly gains: Float64Array },
): Synapse {
  const { shape, values } = numbersOf(node, "weight");
  const inputs = sizeOf(extent);
  const [out, each] = shape;
  if (shape.length !== 2 || each !== inputs) {
    throw new NetworkError(
      `its weights are [${shape}], for ${inputs} inputs`,
      { node: node.name },
    );
  }
  const { C, H, W } = extent;
  const weight = {
    shape: [out, C, H, W, 1],
    data: Float32Array.from(
      values,
      (value, i) => value * gains[Math.floor(i % inputs / (H * W))],
    ),
  };
  return {
    entry: { dense: out },
    arrays: { weight },
    bias: biasOf(node, out),
    extent: { C: out, H: 1, W: 1 },
  };
}

function convOf(
  node: NamedNode,
  { extent, gains }: { readonly extent: Extent; readonly gains: Float64Array },
): Synapse {
  const { shape, values } = numbersOf(node, "weight");
  const isFlat = node.type === "Conv1d";
  if (shape.length !== (isFlat ? 3 : 4) || (isFlat && extent.H !== 1)) {
    throw new NetworkError(
      `its weights are [${shape}], for an input of ` +
        `${extent.C}×${extent.H}×${extent.W}`,
      { node: node.name },
    );
  }
  const [out, each, ...sides] = shape;
  const kernel = isFlat ? [1, sides[0]] : sides;
  const groups = numberOf(node, "groups");
  // A 1-D convolution is a 2-D one with a single row.
  const pair = (parameter: string, other: number) =>
    isFlat
      ? [other, numberOf(node, parameter)] as const
      : pairOf(node, parameter);
  const dilation = pair("dilation", 1);
  const stride = pair("stride", 1);
  const padding = paddingOf(node, { kernel, dilation, stride }) ??
    pair("padding", 0);
  const options = convOptions({
    out,
    kernel,
    stride,
    padding,
    dilation,
    groups,
  });
  if (each * groups !== extent.C) {
    throw new NetworkError(
      `its weights are [${shape}] in ${groups} groups, for ${extent.C} ` +
        "channels",
      { node: node.name },
    );
  }
  const taps = kernel[0] * kernel[1];
  const perGroup = out / groups;
  const gainAt = (i: number) => {
    const output = Math.floor(i / taps / each);
    const group = Math.floor(output / perGroup);
    return gains[group * each + Math.floor(i / taps) % each];
  };
  const weight = {
    shape: [out, each, ...kernel, 1],
    data: Float32Array.from(values, (value, i) => value * gainAt(i)),
  };
  try {
    const { output } = describeConv(
      options,
      { name: node.name, input: extent },
    );
    return {
      entry: { conv: options },
      arrays: { weight },
      bias: biasOf(node, out),
      extent: output,
    };
  } catch (cause) {
    if (!(cause instanceof ShapeError)) throw cause;
    const problem = cause.message.replace(/^[^:]*: /, "");
    throw new NetworkError(problem, { node: node.name, cause });
  }
}

/** Reads padding given as a word; `undefined` if it is numeric. */
function paddingOf(
  node: NamedNode,
  { kernel, dilation, stride }: {
    readonly kernel: readonly number[];
    readonly dilation: readonly number[];
    readonly stride: readonly number[];
  },
): readonly [number, number] | undefined {
  const [word] = node.parameters.get("padding")?.values ?? [];
  if (word === "valid") return [0, 0];
  if (word !== "same") return undefined;
  const [rows, columns] = [0, 1].map((axis) =>
    dilation[axis] * (kernel[axis] - 1) / 2
  );
  if (
    stride.some((step) => step !== 1) ||
    ![rows, columns].every(Number.isInteger)
  ) {
    const problem = 'its padding "same" differs from side to side';
    throw new NetworkError(problem, { node: node.name });
  }
  return [rows, columns];
}

function biasOf(node: NamedNode, out: number): Float64Array {
  if (!node.parameters.has("bias")) return new Float64Array(out);
  const { values } = numbersOf(node, "bias");
  if (values.length !== out) {
    const problem = `its bias has ${values.length} values, for ${out} outputs`;
    throw new NetworkError(problem, { node: node.name });
  }
  return values;
}

/**
 * Makes a depthwise convolution that scales each channel.
 *
 * @param extent Its input.
 * @param gains Factor of each channel.
 * @param window Side of the windows whose sum is scaled.
 * @returns The weights.
 */
export function passOn(
  { C, H, W }: Extent,
  gains: Float64Array,
  window: number,
): Synapse {
  const taps = window * window;
  return {
    entry: {
      conv: convOptions({
        out: C,
        kernel: [window, window],
        stride: [window, window],
        padding: [0, 0],
        dilation: [1, 1],
        groups: C,
      }),
    },
    arrays: {
      weight: {
        shape: [C, 1, window, window, 1],
        data: Float32Array.from(
          { length: C * taps },
          (_, i) => gains[Math.floor(i / taps)],
        ),
      },
    },
    bias: new Float64Array(C),
    extent: { C, H: Math.floor(H / window), W: Math.floor(W / window) },
  };
}

/**
 * Joins two convolutions without neurons between them to a ghost convolution.
 *
 * @param node The second convolution.
 * @param first The first.
 * @returns The ghost convolution.
 * @throws {NetworkError} If the second convolution does not copy the maps of
 * the first and compute as many others from them with 3×3 kernels.
 */
export function ghostOf(node: NamedNode, first: Synapse): Synapse {
  const half = first.extent.C;
  const second = synapseOf(node, {
    extent: first.extent,
    gains: new Float64Array(half).fill(1),
  });
  const { shape, data } = second.arrays.weight;
  const { conv } = first.entry as { readonly conv?: Record<string, unknown> };
  const options = JSON.stringify(second.entry);
  const expected = JSON.stringify({
    conv: { out: 2 * half, kernel: 3, padding: 1 },
  });
  const taps = 9;
  const isGhost = data.every((value, i) => {
    const [out, from] = [
      Math.floor(i / taps / half),
      Math.floor(i / taps) % half,
    ];
    if (out >= half) return out - half === from || value === 0;
    return value === Number(out === from && i % taps === taps >> 1);
  });
  if (
    !conv || options !== expected || shape[1] !== half || !isGhost ||
    first.bias.some((value) => value !== 0)
  ) {
    const problem = "it follows other weights without neurons between";
    throw new NetworkError(problem, { node: node.name });
  }
  const ghost = Float32Array.from({ length: half * taps }, (_, i) => {
    const c = Math.floor(i / taps);
    return data[((half + c) * half + c) * taps + i % taps];
  });
  return {
    ...second,
    entry: { ghost: { ...conv, out: 2 * half } },
    arrays: {
      weight: first.arrays.weight,
      ghost: { shape: [half, 1, 3, 3, 1], data: ghost },
    },
  };
}
