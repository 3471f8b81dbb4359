/**
 * The sizes of what goes through a network.
 *
 * @module
 */

import { ShapeError } from "../device/errors.ts";

/** Rows and columns, or one number for both. */
export type Pair = number | readonly [number, number];

/** Channels, height and width of what goes through a layer at any time. */
export interface Extent {
  /** Channels. */
  readonly C: number;
  /** Rows. */
  readonly H: number;
  /** Columns. */
  readonly W: number;
}

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
 * Checks the sizes of a layer.
 *
 * @param name Name of the layer.
 * @param sizes The sizes.
 * @param options The least that each may be.
 * @throws {ShapeError} If one is not an integer, or less.
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
