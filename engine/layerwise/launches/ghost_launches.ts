/**
 * Launches of the depth-wise half of a ghost convolution.
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

/** The launches of a ghost convolution's depth-wise half. */
export interface GhostLaunches {
  /** Computes the second half of the feature maps from the first. */
  readonly ghostForward: readonly Launch[];
  /** From the gradient of all feature maps to that of the first half. */
  readonly ghostAdjoint: readonly Launch[];
  /**
   * From the gradient of all feature maps to that of the depth-wise weights.
   */
  readonly ghostGradient: readonly Launch[];
}

/** Launches of synapses that are not ghost convolutions. */
export const NO_GHOST: GhostLaunches = {
  ghostForward: [],
  ghostAdjoint: [],
  ghostGradient: [],
};

/**
 * Determines the launches of a ghost convolution's depth-wise half.
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
