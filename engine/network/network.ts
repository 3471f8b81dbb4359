/**
 * Extents of a layer's input and output.
 *
 * @module
 */

import { ShapeError } from "../device/errors.ts";

/** Vertical and horizontal value, or one number for both. */
export type Pair = number | readonly [number, number];

/** Channels, height and width of the neurons of an input or output. */
export interface Extent {
  /** Channels. */
  readonly C: number;
  /** Rows. */
  readonly H: number;
  /** Columns. */
  readonly W: number;
}

/**
 * Returns the number of neurons of an extent.
 *
 * @param extent Channels, height and width.
 * @returns C·H·W.
 */
export function sizeOf(extent: Extent): number {
  return extent.C * extent.H * extent.W;
}

/**
 * Checks that a layer has the options that it is given.
 *
 * @param name Name of the layer.
 * @param given The options.
 * @param known Names of those that it has.
 * @throws {TypeError} If it has not all of them.
 */
export function requireOptions(
  name: string,
  given: object,
  known: readonly string[],
): void {
  const other = Object.keys(given).find((key) => !known.includes(key));
  if (other === undefined) return;
  throw new TypeError(
    `Cannot build layer "${name}": it has no ${other}, but ` +
      known.join(", "),
  );
}

/**
 * Checks the sizes of a layer.
 *
 * @param name Name of the layer.
 * @param sizes The sizes.
 * @param options The smallest valid size.
 * @throws {ShapeError} If a size is not an integer, or too small.
 */
export function requireSizes(
  name: string,
  sizes: readonly number[],
  { least = 1 }: { readonly least?: number } = {},
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
