/**
 * Learned parameters of neurons, shared by a layer.
 *
 * @module
 */

import { learnedTotal } from "../../../kernels/unit/learned.ts";
import { type Launch, launch } from "../../device/launch.ts";
import { floatsOf } from "../units/units.ts";
import type { Strips } from "./strips.ts";

/**
 * Locates the sums of a unit's learned parameters, after those of channels: for
 * each strip and group of channels two pairs.
 *
 * @param strips Division of its drives into strips.
 * @param batch Most samples of a batch.
 * @returns Index of the first pair, and pairs per sample.
 */
export function learnedSums(
  { C, runSize, channelLanes, S }: Strips,
  batch: number,
): { readonly first: number; readonly each: number } {
  const channels = floatsOf({ extent: { C, H: 1, W: 1 }, runSize });
  return {
    first: batch * S * channels,
    each: 2 * S * Math.ceil(channels / channelLanes),
  };
}

/**
 * Launches the reduction of the gradients of learned parameters.
 *
 * @param strips Division of the unit's drives into strips.
 * @param batch Most samples of a batch.
 * @returns The launch.
 */
export function launchLearned(strips: Strips, batch: number): Launch {
  const sums = learnedSums(strips, batch);
  // The kernel reads two pairs at once.
  const [first, each] = [sums.first / 2, sums.each / 2];
  return launch({
    kernel: learnedTotal,
    constants: { first, each },
    grid: [1, 1, 1],
    loops: Math.ceil(batch * each / learnedTotal.workgroup) + 10,
  });
}
