/**
 * NIR's convolutions and pools in 64-bit floats.
 *
 * @module
 */

import { type NamedNode, numbersOf } from "../../hdf5/node_parameters.ts";
import { convolver, type Maps } from "../../network/run_windows.ts";

/** Returns a reader of pairs (rows, columns) of a node. */
function pairsOf(node: NamedNode) {
  return (parameter: string): readonly [number, number] => {
    const { values: [rows, columns = rows] } = numbersOf(node, parameter);
    return [rows, columns];
  };
}

/**
 * Prepares a convolution.
 *
 * @param node A `Conv1d` or `Conv2d`.
 * @returns Function from values to drives.
 */
export function convolution(node: NamedNode): (values: Maps) => Maps {
  const isRow = node.type === "Conv1d";
  const { shape: [out, each, ...kernel], values } = numbersOf(node, "weight");
  const [rows, columns] = [1, ...kernel].slice(-2);
  const read = pairsOf(node);
  // A 1-D convolution has a single row; its parameters are along columns.
  const pair = (parameter: string, other: number) =>
    isRow ? [other, read(parameter)[0]] as const : read(parameter);
  const dilation = pair("dilation", 1);
  const [word] = node.parameters.get("padding")!.values;
  const convolve = convolver({
    shape: [out, each, rows, columns],
    values,
    stride: pair("stride", 1),
    dilation,
    padding: word === "valid"
      ? [0, 0] as const
      : word === "same"
      ? [dilation[0] * (rows - 1) / 2, dilation[1] * (columns - 1) / 2] as const
      : pair("padding", 0),
    groups: numbersOf(node, "groups").values[0],
  });
  const { values: bias } = numbersOf(node, "bias");
  return ({ shape, data }) => {
    const maps = isRow ? [shape[0], 1, shape[1]] : shape;
    const { shape: [, OH, OW], data: y } = convolve({
      shape: maps,
      data,
    });
    return {
      shape: isRow ? [out, OW] : [out, OH, OW],
      data: y.map((value, at) => value + bias[Math.floor(at / OH / OW)]),
    };
  };
}

/**
 * Prepares a pool.
 *
 * @param node A `SumPool2d` or `AvgPool2d`.
 * @param shape Shape of its input.
 * @returns Function from values to sums or means.
 */
export function pooling(
  node: NamedNode,
  [C, H, W]: readonly number[],
): (values: Maps) => Maps {
  const [kernel, stride, padding] = ["kernel_size", "stride", "padding"]
    .map(pairsOf(node));
  const [OH, OW] = [H, W].map((side, axis) =>
    Math.floor((side + 2 * padding[axis] - kernel[axis]) / stride[axis]) + 1
  );
  const share = node.type === "AvgPool2d" ? 1 / kernel[0] / kernel[1] : 1;
  return ({ data }) => {
    const y = new Float64Array(C * OH * OW);
    for (let at = 0; at < y.length; at++) {
      const c = Math.floor(at / OH / OW);
      const row = Math.floor(at / OW) % OH * stride[0] - padding[0];
      const column = at % OW * stride[1] - padding[1];
      const [rows, columns] = [row + kernel[0], column + kernel[1]];
      for (let h = Math.max(row, 0); h < Math.min(rows, H); h++) {
        for (let w = Math.max(column, 0); w < Math.min(columns, W); w++) {
          y[at] += share * data[(c * H + h) * W + w];
        }
      }
    }
    return { shape: [C, OH, OW], data: y };
  };
}
