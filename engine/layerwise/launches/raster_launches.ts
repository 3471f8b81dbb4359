/**
 * Launches on rasters: neuron-packing, residual connections, and pooling.
 *
 * @module
 */

import { transposeForward } from "../../../kernels/input/transpose_spikes.ts";
import {
  poolLargest,
  poolRoutes,
  poolSum,
} from "../../../kernels/rasters/pool_raster.ts";
import {
  residualAdd,
  residualGate,
} from "../../../kernels/rasters/residual.ts";
import { spikeGradientRoute } from "../../../kernels/rasters/spike_gradient.ts";
import { BINS_PER_WORD } from "../../../kernels/spec.ts";
import { groupsFor, type Launch, launch } from "../../device/launch.ts";
import { sizeOf } from "../../network/network.ts";
import { hasOwnGradient, isPooled, planesOf } from "../units/units.ts";
import type { PlacedUnit } from "./placed_unit.ts";
import { LANES } from "./strips.ts";

/**
 * Launches the neuron-packing of the raster that a unit's synapse reads.
 *
 * @param placed The unit.
 * @returns The launch.
 */
export function launchPacking(
  { source, setting: { T } }: PlacedUnit,
): Launch {
  const F = sizeOf(source.extent);
  return launch({
    kernel: transposeForward,
    constants: { F },
    grid: [
      groupsFor(F, transposeForward.workgroup),
      planesOf(source) * Math.ceil(T / BINS_PER_WORD),
      "samples",
    ],
  });
}

/**
 * Launches the residual connection of a unit, if it has one.
 *
 * @param placed The unit.
 * @returns The launches.
 */
export function launchResidual(
  { unit: { residual, joined }, shortcut, setting: { T } }: PlacedUnit,
): Launch[] {
  if (!residual || !shortcut) return [];
  const F = sizeOf(joined.extent);
  const B = Math.ceil(T / BINS_PER_WORD);
  const grid = [groupsFor(B * F, LANES), 1, "samples"] as const;
  return [
    residual.join === "add"
      ? launch({
        kernel: residualAdd,
        constants: { B, F, P: planesOf(joined), PS: planesOf(shortcut) },
        grid,
      })
      : launch({ kernel: residualGate, constants: { B, F }, grid }),
  ];
}

/**
 * Launches pooling and dropout of a unit's spikes, if it has any.
 *
 * @param placed The unit.
 * @returns The launches.
 */
export function launchPooling(placed: PlacedUnit): Launch[] {
  const { output, pooling } = placed.unit;
  if (!isPooled(placed.unit)) return [];
  const constants = poolConstants(placed);
  const kernel = pooling?.kind === "average" ? poolSum : poolLargest;
  const planes = constants.P * constants.OP;
  return [launch<typeof kernel>({
    kernel,
    constants,
    grid: [
      groupsFor(sizeOf(output.extent), kernel.workgroup),
      constants.B,
      "samples",
    ],
    loops: constants.window ** 2 * (2 * planes + 4) + 20,
  })];
}

/**
 * Launches the selection of the spikes that get a gradient, where not all do.
 *
 * @param placed The unit.
 * @returns The launches.
 */
export function launchRoutes(placed: PlacedUnit): Launch[] {
  const { joined } = placed.unit;
  if (!isPooled(placed.unit)) return [];
  const constants = poolConstants(placed);
  const { B, P, window } = constants;
  return [launch({
    kernel: poolRoutes,
    constants,
    grid: [
      groupsFor(sizeOf(joined.extent), poolRoutes.workgroup),
      B,
      "samples",
    ],
    loops: (window ** 2 + 1) * (P + 2) + 4,
  })];
}

/** Constants of cell_adjoint.wgsl that map a unit's spikes to its output. */
export function outputPlace({ unit, strips, shortcut }: PlacedUnit) {
  const { joined, output, residual, pooling } = unit;
  return {
    W: joined.extent.W,
    window: pooling?.window ?? 1,
    outW: output.extent.W,
    outPixels: output.extent.H * output.extent.W,
    routed: Number(isPooled(unit)),
    residual: residual ? residual.join === "add" ? 1 : 2 : 0,
    shortcutRun: shortcut?.runSize ?? strips.C,
  };
}

/**
 * Launches the gradient of a unit's spikes after the axons, where it is
 * computed separately from the neurons' adjoint.
 *
 * @param placed The unit.
 * @returns The launches.
 */
export function launchSpikeGradient(placed: PlacedUnit): Launch[] {
  const { unit, strips, channels } = placed;
  if (!hasOwnGradient(unit)) return [];
  const { T, pixels, C, runSize } = strips;
  const { workgroup } = spikeGradientRoute;
  return [launch({
    kernel: spikeGradientRoute,
    constants: { T, pixels, C, runSize, ...outputPlace(placed) },
    grid: [groupsFor(T * pixels * channels, workgroup), 1, "samples"],
    loops: Math.ceil(T * pixels * channels / workgroup / 65535) + 1,
  })];
}

/** Constants of pool_raster.wgsl. */
function poolConstants({ unit, index, setting: { T } }: PlacedUnit) {
  const { joined, output, pooling, dropout } = unit;
  return {
    B: Math.ceil(T / BINS_PER_WORD),
    P: planesOf(joined),
    OP: planesOf(output),
    ...joined.extent,
    window: pooling?.window ?? 1,
    inner: pooling?.inner ?? 1,
    threshold: Math.floor(dropout * 2 ** 32),
    layer: index,
    picks: Number(pooling?.kind === "max"),
  };
}
