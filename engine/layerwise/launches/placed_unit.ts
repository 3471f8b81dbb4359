/**
 * A unit with its place in the network, from which its launches are determined.
 *
 * @module
 */

import type { Launch } from "../../device/launch.ts";
import type { Sparsity } from "../../losses/loss.ts";
import {
  floatsOf,
  type Raster,
  rasterOf,
  sumsOf,
  type Unit,
  type Units,
} from "../units/units.ts";
import { layerRaster, type Strips, stripsOf } from "./strips.ts";

/** Sizes of a plan, shared by all units. */
export interface UnitSetting {
  /** Bins of a sample. */
  readonly T: number;
  /** Length of a bin in the unit of delays: ms, or 1 if delays are in bins. */
  readonly Ts: number;
  /** Most samples in a batch. */
  readonly batch: number;
  /** Words in the record of a step. */
  readonly stride: number;
  /** Index of the optimizer's update rule. */
  readonly rule: number;
  /** Whether potentials are kept. */
  readonly keep: boolean;
  /** Whether drives of the input are divided by the sample's largest count. */
  readonly normalised: boolean;
  /** Bound of the firing rates of all units but the last. */
  readonly sparsity?: Sparsity;
  /** Whether the device computes on the CPU. */
  readonly software: boolean;
  /** Bytes of workgroup memory (shared memory) that a workgroup may use. */
  readonly workgroupBytes: number;
}

/** A unit with its place in the network. */
export interface PlacedUnit {
  readonly unit: Unit;
  /** Index of the unit. */
  readonly index: number;
  readonly isLast: boolean;
  /** The raster that its synapse reads. */
  readonly source: Raster;
  /** Share that each running sum of its drives keeps per bin. */
  readonly sums: readonly number[];
  /** The raster of its residual connection, if any. */
  readonly shortcut?: Raster;
  readonly setting: UnitSetting;
  readonly strips: Strips;
  /** Floats of a pixel of its drives. */
  readonly channels: number;
  /** One workgroup per strip and group of channels. */
  readonly grid: Launch["grid"];
}

/**
 * Returns a unit with its place in the network.
 *
 * @param units The units.
 * @param index Index of the unit.
 * @param setting Sizes of the plan.
 * @returns The unit with its place.
 */
export function placeUnit(
  units: Units,
  index: number,
  setting: UnitSetting,
): PlacedUnit {
  const unit = units.units[index];
  const strips = stripsOf(layerRaster(unit), setting);
  const channels = floatsOf(layerRaster(unit));
  return {
    unit,
    index,
    isLast: index === units.units.length - 1,
    source: rasterOf(units, unit.source),
    sums: sumsOf(units, unit),
    shortcut: unit.residual && rasterOf(units, unit.residual.raster),
    setting,
    strips,
    channels,
    grid: [strips.S, Math.ceil(channels / strips.channelLanes), "samples"],
  };
}
