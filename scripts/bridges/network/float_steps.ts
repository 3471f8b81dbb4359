/**
 * The 32-bit floats next to one, and numbers as short as they tell it.
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
 * @returns The largest float below that of the number.
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
 * @returns The smallest float above that of the number, with as few digits as
 * tell it.
 */
export function floatAbove(value: number): number {
  const float = step(value, 1);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(float.toPrecision(digits));
    if (Math.fround(short) === float) return short;
  }
  return float;
}
