/**
 * Neighbours of a 32-bit float.
 *
 * @module
 */

function step(value: number, by: 1 | -1): number {
  const float = new Float32Array([value]);
  new Int32Array(float.buffer)[0] += by;
  return float[0];
}

/**
 * Gives the next smaller 32-bit float.
 *
 * @param value A number above 0.
 * @returns The largest 32-bit float below it.
 *
 * @example
 * ```ts
 * import { floatAbove, floatBelow } from "./float_steps.ts";
 * if (!(floatBelow(1) < 1)) throw new Error("expected less");
 * if (floatAbove(floatBelow(0.3)) !== 0.3) throw new Error("expected 0.3");
 * ```
 */
export function floatBelow(value: number): number {
  return step(value, -1);
}

/**
 * Gives the next larger 32-bit float.
 *
 * @param value A number of at least 0.
 * @returns The smallest 32-bit float above it, in the fewest decimal digits
 * that round to it.
 */
export function floatAbove(value: number): number {
  const float = step(value, 1);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(float.toPrecision(digits));
    if (Math.fround(short) === float) return short;
  }
  return float;
}
