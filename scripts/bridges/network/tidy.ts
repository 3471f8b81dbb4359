/**
 * Removes float32 rounding from numbers of other programs.
 *
 * @module
 */

/** Relative error of a 32-bit float after one multiplication. */
const ROUNDING = 1.2e-7;

/**
 * Rounds a number to seven digits if that is within float32 precision.
 *
 * @param value A number that was a 32-bit float, or a product of one.
 * @returns 0.3 for 0.30000001192; other numbers unchanged.
 *
 * @example
 * ```ts
 * import { tidy } from "./tidy.ts";
 * if (tidy(Math.fround(0.3)) !== 0.3) throw new Error("expected 0.3");
 * if (tidy(1.2345674) !== 1.2345674) throw new Error("expected all digits");
 * ```
 */
export function tidy(value: number): number {
  const round = Number(value.toPrecision(7));
  return Math.abs(round - value) <= ROUNDING * Math.abs(value) ? round : value;
}
