/**
 * Values rounded to multiples of a step.
 *
 * @module
 */

/**
 * Rounds a value to the nearest multiple of a step, ties to the even multiple.
 *
 * @param value The value.
 * @param step The step, above 0.
 * @returns The multiple.
 *
 * @example
 * ```ts
 * import { quantized } from "./quantized.ts";
 * if (quantized(3, 2) !== 4 || quantized(5, 2) !== 4) throw new Error();
 * ```
 */
export function quantized(value: number, step: number): number {
  const steps = value / step;
  const below = Math.floor(steps);
  const rest = steps - below;
  const up = rest > 0.5 || (rest === 0.5 && below % 2 !== 0);
  return step * (below + Number(up));
}
