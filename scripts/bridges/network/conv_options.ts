/**
 * Writes convolutions of other programs as entries of a configuration.
 *
 * @module
 */

import type { ConvDescription } from "../../../engine/layers/conv_shapes.ts";

/** A convolution; pairs are rows, then columns. */
export type ConvOptions = Readonly<
  & Record<"out" | "groups", number>
  & Record<"kernel" | "stride" | "padding" | "dilation", readonly number[]>
>;

/**
 * Writes a convolution as briefly as possible.
 *
 * @param options The convolution.
 * @returns The options that differ from their defaults; a pair of equal values
 * becomes one number.
 *
 * @example
 * ```ts
 * import { convOptions } from "./conv_options.ts";
 * const { stride, padding } = convOptions({
 *   out: 2,
 *   kernel: [3, 3],
 *   stride: [1, 1],
 *   padding: [1, 0],
 *   dilation: [1, 1],
 *   groups: 1,
 * });
 * if (stride !== undefined || `${padding}` !== "1,0") throw new Error();
 * ```
 */
export function convOptions(
  { out, kernel, stride, padding, dilation, groups }: ConvOptions,
): ConvDescription {
  return {
    out,
    kernel: short(kernel),
    ...unless(1, { stride: short(stride) }),
    ...unless(0, { padding: short(padding) }),
    ...unless(1, { dilation: short(dilation) }),
    ...unless(1, { groups }),
  } as ConvDescription;
}

/** Shortens a pair of equal values to one number. */
function short(pair: readonly number[]): number | readonly number[] {
  return pair[0] === pair[1] ? pair[0] : pair;
}

/** Omits a value that equals its default. */
function unless(
  value: number,
  options: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.values(options)[0] === value ? {} : options;
}
