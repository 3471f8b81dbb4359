/**
 * Launches of sigma-delta neurons, and of sums of drives over time.
 *
 * @module
 */

import {
  deltaAdjoint,
  deltaForward,
} from "../../../kernels/unit/graded/delta.ts";
import {
  sigmaAdjoint,
  sigmaForward,
} from "../../../kernels/unit/graded/sigma.ts";
import { groupsFor, type Launch, launch } from "../../device/launch.ts";
import { planesOf } from "../units/units.ts";
import type { PlacedUnit } from "./placed_unit.ts";

/** Launches of running sums over time. */
export interface SumLaunches {
  /** Sums of the drive. */
  readonly sums: readonly Launch[];
  /** Sums of the drive's gradient, backward from the last bin. */
  readonly sumsBack: readonly Launch[];
}

/**
 * Launches the running sums of a unit's drives, if it has any.
 *
 * @param placed The unit.
 * @returns The launches.
 */
export function launchSums(
  { sums, strips, channels }: PlacedUnit,
): SumLaunches {
  const { T, pixels, C, runSize } = strips;
  const own = (kept: number) => ({
    constants: { T, pixels, C, runSize, kept },
    grid: [
      groupsFor(pixels * channels, sigmaForward.workgroup),
      1,
      "samples",
    ],
    loops: 2 * (T + 2),
  } as const);
  return {
    sums: sums.map((kept) => launch({ kernel: sigmaForward, ...own(kept) })),
    sumsBack: sums.toReversed().map((kept) =>
      launch({ kernel: sigmaAdjoint, ...own(kept) })
    ),
  };
}

/**
 * Launches the delta encoder of sigma-delta neurons.
 *
 * @param placed The unit.
 * @param record Where messages are counted, by names in delta.wgsl.
 * @returns The launch.
 */
export function launchGraded(
  { unit, strips, channels }: PlacedUnit,
  record: Readonly<Record<"keep" | "layer" | "stride", number>>,
): Launch {
  const { T, pixels, C, runSize } = strips;
  const { theta, accumulates, activation } = unit.neuron!.parameters;
  const { joined } = unit;
  const P = planesOf(joined);
  return launch({
    kernel: deltaForward,
    constants: {
      T,
      pixels,
      C,
      runSize,
      theta,
      step: joined.scale,
      accumulates,
      activation,
      most: joined.most,
      P,
      ...record,
    },
    grid: [groupsFor(pixels * channels, deltaForward.workgroup), 1, "samples"],
    loops: 2 * (T * (P + 2) + T / 32 * (P + 1) + 2),
  });
}

/**
 * Launches the adjoint of the delta encoder.
 *
 * @param placed The unit.
 * @returns The launch.
 */
export function launchGradedBack({ unit, strips, grid }: PlacedUnit): Launch {
  const { activation } = unit.neuron!.parameters;
  return launch({
    kernel: deltaAdjoint,
    constants: { ...strips, step: unit.joined.scale, activation },
    grid,
    loops: 8 * (strips.T + 2) + 8,
  });
}
