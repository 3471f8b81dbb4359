/**
 * Running scores of a readout without neurons.
 *
 * @module
 */

import type { NamedArray } from "../../engine/network/weights.ts";

/**
 * Averages the drive of each output up to each bin. The last mean decides the
 * prediction.
 *
 * @param drive Drive of a readout for one sample, `[1, C, 1, 1, T]`.
 * @returns For each output, T means.
 *
 * @example
 * ```ts
 * import { runningMeans } from "./readout_scores.ts";
 * const drive = { shape: [1, 1, 1, 1, 3], data: Float32Array.of(2, 4, 0) };
 * const [means] = runningMeans(drive);
 * if (means.join() !== "2,3,2") throw new Error(`unexpected ${means}`);
 * ```
 */
export function runningMeans({ shape, data }: NamedArray): Float32Array[] {
  const [, C, , , T] = shape;
  return Array.from({ length: C }, (_, output) => {
    let sum = 0;
    return data.slice(output * T, (output + 1) * T)
      .map((value, t) => (sum += value) / (t + 1));
  });
}

/**
 * Computes class probabilities in a bin.
 *
 * @param means What {@linkcode runningMeans} returned.
 * @param bin The bin.
 * @returns The softmax over the outputs.
 *
 * @example
 * ```ts
 * import { probabilitiesAt } from "./readout_scores.ts";
 * const shares = probabilitiesAt([[0, 5], [Math.log(3), 5]], 0);
 * if (shares[1].toFixed(6) !== "0.750000") throw new Error(`${shares}`);
 * ```
 */
export function probabilitiesAt(
  means: readonly ArrayLike<number>[],
  bin: number,
): number[] {
  const most = Math.max(...means.map((own) => own[bin]));
  const powers = means.map((own) => Math.exp(own[bin] - most));
  const sum = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / sum);
}
