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
 * Locates the sums of a unit's learned parameters, after those of channels.
 *
 * @param strips Division of its drives into strips.
 * @param batch Most samples of a batch.
 * @returns Index of the first sum, and sums per sample.
 */
export function learnedSums(
  { C, runSize, channelLanes, S }: Strips,
  batch: number,
): { readonly first: number; readonly each: number } {
  const channels = floatsOf({ extent: { C, H: 1, W: 1 }, runSize });
  return {
    first: batch * S * channels,
    each: S * Math.ceil(channels / channelLanes),
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
  return launch({
    kernel: learnedTotal,
    constants: sums,
    grid: [1, 1, 1],
    loops: Math.ceil(batch * sums.each / learnedTotal.workgroup) + 10,
  });
}
