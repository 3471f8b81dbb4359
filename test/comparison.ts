/**
 * Tensors to compare, and how close they are.
 *
 * @module
 */

import { deepStrictEqual, fail, ok, strictEqual } from "node:assert/strict";
import { inner, type Tensor, zeros } from "./oracle/tensor.ts";

/** Float32 keeps seven digits; sums of many terms lose one. */
const FLOAT32 = 1e-6;

/**
 * The largest difference of two tensors.
 *
 * @param actual A tensor.
 * @param expected A tensor of the same shape.
 * @returns The difference, over the largest value that was expected; NaN
 * where a value is NaN.
 */
export function error(actual: Tensor, expected: Tensor): number {
  deepStrictEqual([...actual.shape], [...expected.shape]);
  let largest = 0;
  let worst = 0;
  expected.data.forEach((value, i) => {
    largest = Math.max(largest, Math.abs(value));
    worst = Math.max(worst, Math.abs(value - actual.data[i]));
  });
  return worst === 0 ? 0 : worst / largest;
}

/**
 * Requires two tensors to be equal up to the rounding of float32.
 *
 * @param actual Values that a kernel computed.
 * @param expected The correct values.
 * @param tolerance How far they may differ, over the largest expected value.
 */
export function close(
  actual: Tensor,
  expected: Tensor,
  tolerance = FLOAT32,
): void {
  const found = error(actual, expected);
  ok(found <= tolerance, `off by ${found} of the largest`);
}

/**
 * Requires two arrays to be equal, bit for bit up to the sign of 0.
 *
 * @param actual Values that a kernel computed.
 * @param expected The correct values.
 */
export function same(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
): void {
  strictEqual(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    if (actual[i] === expected[i]) continue;
    fail(`${actual[i]} instead of ${expected[i]} at ${i}`);
  }
}

/**
 * Requires ⟨a, b⟩ = ⟨c, d⟩ up to the rounding of float32.
 *
 * @param a A tensor.
 * @param b A tensor of the same size.
 * @param c A tensor.
 * @param d A tensor of the same size.
 */
export function equalInner(a: Tensor, b: Tensor, c: Tensor, d: Tensor): void {
  const left = inner(a, b);
  const right = inner(c, d);
  const scale = Math.sqrt(inner(a, a) * inner(b, b));
  ok(Math.abs(left - right) <= FLOAT32 * scale, `${left}, ${right}, ${scale}`);
}

/**
 * Numbers that look random, the same for the same arguments.
 *
 * @param shape Length of each axis.
 * @param seed Any number.
 * @returns Numbers of float32 between −1 and 1.
 */
export function noise(shape: readonly number[], seed: number): Tensor {
  const tensor = zeros(shape);
  tensor.data.forEach((_, i) => {
    tensor.data[i] = Math.fround(Math.sin(seed + 1e4 * Math.sin(i + seed)));
  });
  return tensor;
}

/**
 * Spikes that look random, the same for the same arguments.
 *
 * @param shape Length of each axis.
 * @param seed Any number.
 * @param rate How many of the elements are not 0.
 * @param most The most that an element counts.
 * @returns Whole numbers from 0 to `most`.
 */
export function counts(
  shape: readonly number[],
  seed: number,
  rate = 0.2,
  most = 1,
): Tensor {
  const tensor = noise(shape, seed);
  const size = noise(shape, seed + 0.5);
  tensor.data.forEach((value, i) => {
    const spikes = 1 + Math.floor(most * Math.abs(size.data[i]) * 0.999);
    tensor.data[i] = Math.abs(value) < rate * 1.5 ? spikes : 0;
  });
  return tensor;
}
