/**
 * Writes convolutions without groups and with square kernels, as the package
 * `nir` 1.0.8 expects.
 *
 * @module
 */

import type { Windows } from "../../network/run_windows.ts";

/** Weights, stride, padding, dilation and groups of a convolution. */
export type PlainConv = Omit<Windows, "values"> & {
  /** The weights. */
  readonly values: Float32Array;
};

/**
 * Expands a convolution to one group and a square kernel, with zeros as
 * additional weights.
 *
 * @param conv The convolution.
 * @returns An equivalent convolution. A kernel with an even and an odd side
 * keeps its shape: symmetric padding cannot make it square.
 */
export function plainConv(conv: PlainConv): PlainConv {
  const { shape: [out, each, rows, columns], values, groups } = conv;
  const side = Math.max(rows, columns);
  const isOdd = (rows + columns) % 2 === 1;
  const [KH, KW] = isOdd ? [rows, columns] : [side, side];
  const [top, left] = [(KH - rows) / 2, (KW - columns) / 2];
  const channels = each * groups;
  const wide = new Float32Array(out * channels * KH * KW);
  const perGroup = out / groups;
  for (const [at, value] of values.entries()) {
    const tap = at % (rows * columns);
    const map = Math.floor(at / rows / columns);
    const o = Math.floor(map / each);
    const c = Math.floor(o / perGroup) * each + map % each;
    const row = top + Math.floor(tap / columns);
    const column = left + tap % columns;
    wide[((o * channels + c) * KH + row) * KW + column] = value;
  }
  return {
    ...conv,
    shape: [out, channels, KH, KW],
    values: wide,
    padding: [
      conv.padding[0] + top * conv.dilation[0],
      conv.padding[1] + left * conv.dilation[1],
    ],
    groups: 1,
  };
}
