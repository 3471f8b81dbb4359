/**
 * Launches of a unit's normalisation, or of its bias.
 *
 * @module
 */

import {
  normAdjointTotal,
  normAffine,
  normApply,
  normRunning,
  normStatistics,
  normStatisticsQuads,
  normTotal,
  normWholeRunning,
  normWholeTotal,
} from "../../../kernels/norm/norm.ts";
import {
  normSampleMoments,
  normSampleSums,
} from "../../../kernels/norm/norm_samples.ts";
import { groupsFor, type Launch, launch } from "../../device/launch.ts";
import { QUAD } from "../../network/layout.ts";
import type { PlacedUnit } from "./placed_unit.ts";
import { LANES, type Strips } from "./strips.ts";

/** The launches of a normalisation or bias. */
export interface NormLaunches {
  /** Statistics of each sample, where the unit normalises. */
  readonly statistics: readonly Launch[];
  /** Coefficients of the normalised drive in training. */
  readonly training: readonly Launch[];
  /** Coefficients of the normalised drive in evaluation. */
  readonly evaluation: Launch;
  /** Sums of each sample for the gradients of scale and bias. */
  readonly sampleSums: readonly Launch[];
  /** Gradients of scale and bias, and the coefficients of `apply`. */
  readonly total: Launch;
}

/**
 * Determines the launches of a unit's normalisation or bias.
 *
 * @param placed The unit.
 * @returns The launches.
 */
export function launchNorm(
  { unit: { norm, layer }, source, strips, channels, grid, setting }:
    PlacedUnit,
): NormLaunches {
  const { T, batch } = setting;
  const { scale, kept } = source;
  const meanOnly = Number(norm !== undefined && norm.kind !== "batch");
  const { epsilon, momentum } = norm ?? {};
  const { sampleChannels } = normSampleSums.tile;
  const eachSample = {
    constants: strips,
    grid: [Math.ceil(channels / sampleChannels), 1, "samples"],
    loops: Math.ceil(strips.S * sampleChannels / normSampleSums.workgroup) + 8,
  } as const;
  const constants = {
    ...strips,
    epsilon,
    momentum,
    meanOnly,
    scale,
    kept,
    step: layer.weightStep,
  };
  const sums = {
    grid: [channels, 1, 1],
    loops: Math.ceil(batch / normTotal.workgroup) + 12,
  } as const;
  const each = [groupsFor(channels, LANES), 1, 1] as const;
  const affine = launch({ kernel: normAffine, constants, grid: each });
  const total = launch({
    kernel: normAdjointTotal,
    constants: {
      ...strips,
      meanOnly,
      normalises: Number(norm !== undefined),
    },
    ...sums,
  });
  const hasStrips = strips.S > 1;
  const sampleSums = hasStrips
    ? [launch({ kernel: normSampleSums, ...eachSample })]
    : [];
  if (!norm) {
    return {
      statistics: [],
      training: [affine],
      evaluation: affine,
      sampleSums,
      total,
    };
  }
  return {
    statistics: [
      setting.software ? launchQuads(strips, channels) : launch({
        kernel: normStatistics,
        constants: strips,
        grid,
        loops: 8 * (T + 2) + 8,
      }),
      ...(hasStrips
        ? [launch({ kernel: normSampleMoments, ...eachSample })]
        : []),
    ],
    training: [
      launch({ kernel: normTotal, constants, ...sums }),
      ...(norm.kind === "scale"
        ? [launch({
          kernel: normWholeTotal,
          constants,
          grid: [1, 1, 1],
          loops: Math.ceil(batch * channels / normWholeTotal.workgroup) +
            Math.ceil(channels / normWholeTotal.workgroup) + 20,
        })]
        : []),
    ],
    evaluation: norm.kind === "scale"
      ? launch({ kernel: normWholeRunning, constants, grid: each })
      : launch({ kernel: normRunning, constants, grid: each }),
    sampleSums,
    total,
  };
}

/** Launches the statistics of strips by quads of channels. */
function launchQuads(strips: Strips, channels: number): Launch {
  const { workgroup } = normStatisticsQuads;
  const { T, pixels, S } = strips;
  return launch({
    kernel: normStatisticsQuads,
    constants: strips,
    grid: [groupsFor(S * channels / QUAD, workgroup), 1, "samples"],
    loops: Math.ceil(pixels / S) * (Math.ceil(T / 4) + 2) + 3,
  });
}

/**
 * Launches the gradient of a unit's drive from that of its normalised drive.
 *
 * @param placed The unit.
 * @returns The launch.
 */
export function launchApply({ strips, channels }: PlacedUnit): Launch {
  const quads = strips.T * strips.pixels * channels / 4;
  return launch({
    kernel: normApply,
    constants: strips,
    grid: [groupsFor(quads, LANES), 1, "samples"],
    loops: Math.ceil(quads / LANES / 65535) + 1,
  });
}
