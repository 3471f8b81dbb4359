/**
 * The kernel launches of a unit, determined before any allocation.
 *
 * @module
 */

import type { Launch } from "../../device/launch.ts";
import type { LayerSetting } from "../../layers/layer.ts";
import { launchQuantize } from "../../network/quantize_launch.ts";
import { floatsOf, planesOf, type Units } from "../units/units.ts";
import {
  launchCells,
  launchCellsBack,
  launchPressure,
} from "./cell_launches.ts";
import { launchDelays } from "./delay_launches.ts";
import { type GhostLaunches, launchGhost, NO_GHOST } from "./ghost_launches.ts";
import { launchSums, type SumLaunches } from "./graded_launches.ts";
import { launchLearned } from "./learned.ts";
import { launchApply, launchNorm, type NormLaunches } from "./norm_launches.ts";
import { launchRecurrentGradient } from "./recurrent_launches.ts";
import { type PlacedUnit, placeUnit, type UnitSetting } from "./placed_unit.ts";
import {
  launchPacking,
  launchPooling,
  launchResidual,
  launchRoutes,
  launchSpikeGradient,
} from "./raster_launches.ts";

/** The launches of a unit. */
export interface UnitLaunches extends NormLaunches, GhostLaunches, SumLaunches {
  /** Rounds the weights of a quantised unit, then the recurrent ones. */
  readonly quantize: readonly Launch[];
  /** Neuron-packs the raster that the synapse reads. */
  readonly pack: Launch;
  /** From the raster to the drive. */
  readonly synapse: readonly Launch[];
  /** From the drive to the unit's output. */
  readonly spikes: readonly Launch[];
  /** Gradient of the sparsity loss, where the loss bounds firing rates. */
  readonly pressure: readonly Launch[];
  /**
   * Selection of the spikes that get a gradient, where not all do; and the
   * gradients of spikes and delays, where spikes are delayed or read by their
   * own layer.
   */
  readonly routes: readonly Launch[];
  /**
   * From the gradient of the output to the gradient of the normalised drive.
   */
  readonly neurons: readonly Launch[];
  /** From the gradient of the normalised drive to that of recurrent weights. */
  readonly recurrentGradient: readonly Launch[];
  /** Gradients of the neurons' learned parameters, if any. */
  readonly learned: readonly Launch[];
  /**
   * From the gradient of the normalised drive to that of the drive, where it is
   * written to memory.
   */
  readonly apply: readonly Launch[];
  /** From the gradient of the drive to that of the synapse's input raster. */
  readonly adjoint: readonly Launch[];
  /** From the gradient of the drive to the gradient of the weights. */
  readonly gradient: readonly Launch[];
}

/**
 * Determines the launches of a unit.
 *
 * @param units The units.
 * @param index Index of the unit.
 * @param setting Sizes of the plan.
 * @returns The launches.
 * @throws {ShapeError} If its neurons are not stepped neurons.
 */
export function launchUnit(
  units: Units,
  index: number,
  setting: UnitSetting,
): UnitLaunches {
  const placed = placeUnit(units, index, setting);
  const { unit, strips } = placed;
  const { layer: { kind }, neuron, norm, ghost, recurrent } = unit;
  const { T, batch, normalised } = setting;
  const synapse = ghost?.first ?? unit.layer;
  const own = synapseSetting(placed);
  // Only the weight gradient reads the gradient of the first unit's drives.
  const isDirect = unit.source === 0 && !ghost &&
    placed.sums.length === 0;
  const throughNorm = norm && isDirect && !normalised
    ? kind.gradientThroughNorm?.(synapse, own)
    : undefined;
  const delays = launchDelays(placed);
  return {
    quantize: [unit.layer, ...recurrent ? [recurrent] : []].flatMap(
      launchQuantize,
    ),
    pack: launchPacking(placed),
    synapse: kind.forward(synapse, own),
    ...(ghost ? launchGhost(ghost, T, batch) : NO_GHOST),
    ...launchSums(placed),
    ...launchNorm(placed),
    spikes: [
      ...launchCells(placed),
      ...delays.forward,
      ...launchResidual(placed),
      ...launchPooling(placed),
    ],
    pressure: launchPressure(placed),
    routes: [
      ...launchRoutes(placed),
      ...launchSpikeGradient(placed),
      ...delays.backward,
    ],
    neurons: launchCellsBack(placed),
    recurrentGradient: recurrent ? launchRecurrentGradient(recurrent, own) : [],
    learned: neuron?.kind.learned ? [launchLearned(strips, batch)] : [],
    apply: throughNorm ? [] : [launchApply(placed)],
    adjoint: kind.adjoint?.(synapse, own) ?? [],
    gradient: throughNorm ?? kind.gradient?.(synapse, own) ?? [],
  };
}

/** Sizes and constants of a unit's synapse. */
function synapseSetting({ source, setting }: PlacedUnit): LayerSetting {
  const { T, software, workgroupBytes, rule } = setting;
  const pixels = source.extent.H * source.extent.W;
  return {
    T,
    P: planesOf(source),
    lastSign: source.signed ? -1 : undefined,
    height: 1,
    sampleRows: T,
    below: { runSize: source.runSize, floats: pixels * floatsOf(source) },
    software,
    workgroupBytes,
    rule,
    // Units integrate neurons with separate kernels.
    neurons: undefined as never,
    forwardConstants: {},
    packsNeurons: false,
  };
}
