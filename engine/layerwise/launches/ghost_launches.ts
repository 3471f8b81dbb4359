/**
 * Launches of the second half of a ghost convolution's maps.
 *
 * @module
 */

import {
  ghostAdjoint,
  ghostForward,
  ghostStrips,
  ghostTotal,
} from "../../../kernels/layers/ghost.ts";
import { groupsFor, type Launch, launch } from "../../device/launch.ts";
import { inQuads } from "../../network/layout.ts";
import type { Ghost } from "../units/ghost.ts";

/** The launches of a ghost convolution's second half. */
export interface GhostLaunches {
  /** The second half of a ghost convolution's maps, from the first. */
  readonly ghostForward: readonly Launch[];
  /** From the gradient of all its maps to that of the first half. */
  readonly ghostAdjoint: readonly Launch[];
  /** From there to that of its depth-wise weights. */
  readonly ghostGradient: readonly Launch[];
}

/** Those of other synapses. */
export const NO_GHOST: GhostLaunches = {
  ghostForward: [],
  ghostAdjoint: [],
  ghostGradient: [],
};

/**
 * Works out the launches of a ghost convolution's second half.
 *
 * @param ghost The convolution.
 * @param T Bins of a sample.
 * @param batch Most samples of a batch.
 * @returns The launches.
 */
export function launchGhost(
  ghost: Ghost,
  T: number,
  batch: number,
): GhostLaunches {
  const { first: { output: { H, W, C: half } }, window, weights } = ghost;
  const constants = { T, H, W, half, window };
  const taps = window * window;
  const pixels = T * H * W;
  const each = (values: number) =>
    [groupsFor(values, ghostForward.workgroup), 1, "samples"] as const;
  return {
    ghostForward: [launch({
      kernel: ghostForward,
      constants,
      grid: each(pixels * inQuads(2 * half)),
      loops: 2 * (taps + 2),
    })],
    ghostAdjoint: [launch({
      kernel: ghostAdjoint,
      constants,
      grid: each(pixels * inQuads(half)),
      loops: 2 * (taps + 2),
    })],
    ghostGradient: [
      launch({
        kernel: ghostStrips,
        constants,
        grid: [H, 1, "samples"],
        loops: Math.ceil(weights.floats / 64) * (T * (W + 1) + 2),
      }),
      launch({
        kernel: ghostTotal,
        constants: { H, half, window },
        grid: [groupsFor(weights.floats, ghostTotal.workgroup), 1, 1],
        loops: batch * H + 1,
      }),
    ],
  };
}
