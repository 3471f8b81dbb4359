/**
 * Values rounded to multiples of a step.
 *
 * @module
 */

import { isPositive } from "./float_range.ts";
import type { NamedArray } from "./weights.ts";

/** Names of the arrays of a layer that are rounded. */
const ROUNDED = ["weight", "recurrent", "bias", "norm.mean"] as const;

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

/**
 * Checks the step that a layer's weights are rounded to.
 *
 * @param step The step, if any.
 * @param layer Name of the layer.
 * @returns The step.
 * @throws {RangeError} If it is not positive.
 */
export function requireStep(
  step: number | undefined,
  layer: string,
): number | undefined {
  if (step === undefined || isPositive(step)) return step;
  throw new RangeError(
    `Cannot build layer "${layer}" with weights in steps of ${step}: not ` +
      "positive",
  );
}

/**
 * Rounds the weights of quantised layers, recurrent ones too, and their biases
 * or the means that they subtract.
 *
 * @param layers Names of the layers, and the steps of quantised ones.
 * @param weights The network's weights.
 * @returns All weights, as the forward pass uses them.
 */
export function quantizedWeights(
  layers: readonly { readonly name: string; readonly weightStep?: number }[],
  weights: Readonly<Record<string, NamedArray>>,
): Record<string, NamedArray> {
  const used = { ...weights };
  for (const { name, weightStep } of layers) {
    if (weightStep === undefined) continue;
    for (const key of ROUNDED.map((array) => `${name}.${array}`)) {
      const array = weights[key];
      if (!array) continue;
      const data = array.data.map((weight) => quantized(weight, weightStep));
      used[key] = { ...array, data };
    }
  }
  return used;
}
