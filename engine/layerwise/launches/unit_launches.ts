/**
 * The launches of a unit, before anything is allocated.
 *
 * @module
 */

import type { Launch } from "../../device/launch.ts";
import type { LayerSetting } from "../../layers/layer.ts";
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
  /** Neuron-packs the raster that the synapse reads. */
  readonly pack: Launch;
  /** From the raster to the drive. */
  readonly synapse: readonly Launch[];
  /** From the drive to the unit's output. */
  readonly spikes: readonly Launch[];
  /** What spikes cost, where the loss bounds firing rates. */
  readonly pressure: readonly Launch[];
  /**
   * Which spikes get a gradient, where not all do; and where spikes are delayed
   * or read by their own layer, their gradient and that of delays.
   */
  readonly routes: readonly Launch[];
  /** From the gradient of the output to that of the normalised drive. */
  readonly neurons: readonly Launch[];
  /** From there to that of recurrent weights, where the unit has them. */
  readonly recurrentGradient: readonly Launch[];
  /** Gradient of what the neurons learn, if they do. */
  readonly learned: readonly Launch[];
  /**
   * From the gradient of the normalised drive to that of the drive, where it is
   * to be written.
   */
  readonly apply: readonly Launch[];
  /** From there to that of the raster that the synapse reads. */
  readonly adjoint: readonly Launch[];
  /** From the gradient of the drive to that of the weights. */
  readonly gradient: readonly Launch[];
}

/**
 * Works out the launches of a unit.
 *
 * @param units The units.
 * @param index Index of the unit.
 * @param setting Sizes of the plan.
 * @returns The launches.
 * @throws {ShapeError} If its neurons are not stepped bin by bin.
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
  // Nothing but the weights' gradient reads that of the first drives.
  const isDirect = unit.source === 0 && !ghost && !placed.isSummed;
  const throughNorm = norm && isDirect && !normalised
    ? kind.gradientThroughNorm?.(synapse, own)
    : undefined;
  const delays = launchDelays(placed);
  return {
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
    // Neurons have kernels of their own here.
    neurons: undefined as never,
    forwardConstants: {},
    packsNeurons: false,
  };
}
