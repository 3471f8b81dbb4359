/**
 * Votes of groups of neurons for the outputs of a network.
 *
 * @module
 */

import type { NamedArray } from "./weights.ts";

/**
 * Sums the spikes of neighbouring neurons that vote for the same output.
 *
 * @param spikes Spikes of the last layer, `[N, F, 1, 1, T]`.
 * @param voters Neurons that vote for each output.
 * @returns Sums, `[N, F / voters, 1, 1, T]`.
 *
 * @example
 * ```ts
 * import { sumVotes } from "./votes.ts";
 * const data = Float32Array.of(1, 0, 1, 1, 0, 0, 0, 1);
 * const { shape, data: sums } = sumVotes({ shape: [1, 4, 1, 1, 2], data }, 2);
 * if (shape.join() !== "1,2,1,1,2" || sums.join() !== "2,1,0,1") throw sums;
 * ```
 */
export function sumVotes(spikes: NamedArray, voters: number): NamedArray {
  if (voters === 1) return spikes;
  const [N, F, H, W, T] = spikes.shape;
  const data = new Float32Array(spikes.data.length / voters);
  spikes.data.forEach((spike, i) => {
    const output = Math.floor(i / T / voters);
    data[output * T + i % T] += spike;
  });
  return { shape: [N, F / voters, H, W, T], data };
}
