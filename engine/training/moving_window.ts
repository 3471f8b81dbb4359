/**
 * Classification in each bin, from output sums over a moving window.
 *
 * @module
 */

import { ShapeError } from "../device/errors.ts";
import type { NamedArray } from "../network/weights.ts";

/**
 * Predicts a class in each bin: the output with the largest sum over the last
 * bins, the first of equal ones.
 *
 * @param outputs Spikes of the outputs, or drives of a readout,
 * `[N, C, 1, 1, T]`.
 * @param options Length of the window in bins; it is shorter in the first bins
 * of a sample.
 * @returns The class in each bin of each sample, `[N, T]`.
 * @throws {ShapeError} If the outputs are not one per class.
 * @throws {RangeError} If the window is not a positive integer.
 *
 * @example
 * ```ts
 * import { classifyMoving } from "./moving_window.ts";
 * // The first output spikes in bins 0 and 1, the second in 2 and 3.
 * const spikes = {
 *   shape: [1, 2, 1, 1, 4],
 *   data: Float32Array.of(1, 1, 0, 0, 0, 0, 1, 1),
 * };
 * const classes = classifyMoving(spikes, { window: 2 });
 * if (classes.join() !== "0,0,0,1") throw new Error("expected a change");
 * ```
 */
export function classifyMoving(
  { shape, data }: NamedArray,
  { window }: { readonly window: number },
): Uint32Array {
  const [N, C, H, W, T] = shape;
  if (shape.length !== 5 || H * W !== 1 || data.length !== N * C * T) {
    throw new ShapeError(
      `Cannot classify outputs of shape [${shape}] with ${data.length} ` +
        "values: expected [N, C, 1, 1, T]",
    );
  }
  if (!(Number.isSafeInteger(window) && window > 0)) {
    throw new RangeError(
      `Cannot classify by a window of ${window} bins: it is not a positive ` +
        "integer",
    );
  }
  const classes = new Uint32Array(N * T);
  for (let n = 0; n < N; n++) {
    const sums = new Float64Array(C);
    for (let t = 0; t < T; t++) {
      let best = 0;
      for (let c = 0; c < C; c++) {
        const row = (n * C + c) * T;
        sums[c] += data[row + t];
        if (t >= window) sums[c] -= data[row + t - window];
        if (sums[c] > sums[best]) best = c;
      }
      classes[n * T + t] = best;
    }
  }
  return classes;
}
