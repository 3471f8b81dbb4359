/**
 * Buffer sizes of a plan that runs layer by layer.
 *
 * @module
 */

import { BINS_PER_WORD } from "../../kernels/spec.ts";
import { sizeOf } from "../network/network.ts";
import { recurrentWords } from "./launches/recurrent_launches.ts";
import { layerRaster } from "./launches/strips.ts";
import { ghostFloats, ghostPartialFloats } from "./units/ghost.ts";
import {
  floatsOf,
  hasOwnGradient,
  isPooled,
  planesOf,
  type Raster,
  rasterOf,
  sentPlanes,
  type Unit,
  type Units,
} from "./units/units.ts";

/** Words per sample in each buffer. */
export interface UnitSizes {
  /** Counts of events, two bins per word. */
  readonly counts: number;
  /** The input, then the output of each unit. */
  readonly rasters: readonly number[];
  /** Spikes of each unit's neurons. */
  readonly spikes: readonly number[];
  /**
   * Spikes joined with those of the shortcut; 0 for units without a shortcut.
   */
  readonly joined: readonly number[];
  /** Input raster of a synapse, neuron-packed. */
  readonly packed: number;
  /** Drives of each unit. */
  readonly drives: readonly number[];
  /** Mask of the spikes of a unit that get a gradient. */
  readonly routes: number;
  /**
   * First half of the feature maps of ghost convolutions, 0 for other units.
   */
  readonly ghosts: readonly number[];
  /** Gradient of a drive. */
  readonly gradient: number;
  /** Gradient of each raster that has one, 0 for others. */
  readonly rasterGradients: readonly number[];
  /** Gradient of each raster from its second reader, 0 for others. */
  readonly secondGradients: readonly number[];
  /** Partial sums of a weight gradient. */
  readonly partial: number;
  /** Buffers of recurrent units, 0 for others. */
  readonly driven: readonly number[];
  readonly states: readonly number[];
  readonly ahead: readonly number[];
  /** Spikes of each unit after its axons; 0 where axons do not delay them. */
  readonly arrived: readonly number[];
  /** Gradient of a unit's spikes, where it is computed separately. */
  readonly spikeGradient: number;
}

/** A unit that reads a raster, with its synapse or as a shortcut. */
interface Reader {
  readonly unit: number;
  readonly adds: boolean;
}

/**
 * Finds the units that read a raster.
 *
 * @param units The units.
 * @param raster Index of the raster.
 * @returns The readers, first to last.
 */
export function readersOf({ units }: Units, raster: number): Reader[] {
  return units.flatMap(({ source, residual }, unit) => [
    ...(source === raster ? [{ unit, adds: false }] : []),
    ...(residual?.raster === raster ? [{ unit, adds: true }] : []),
  ]);
}

/**
 * Determines the words per sample in each buffer.
 *
 * @param units The units.
 * @param T Bins of a sample.
 * @param options Whether steps train, and potentials are kept.
 * @returns The sizes.
 */
export function sizeUnits(
  units: Units,
  T: number,
  { train, keep }: { readonly train: boolean; readonly keep: boolean },
): UnitSizes {
  const B = Math.ceil(T / BINS_PER_WORD);
  const words = (raster: Raster) =>
    planesOf(raster) * B * sizeOf(raster.extent);
  const sent = (unit: Unit) => sentPlanes(unit) * B * sizeOf(unit.layer.output);
  const floats = (raster: Pick<Raster, "extent" | "runSize">) =>
    T * raster.extent.H * raster.extent.W * floatsOf(raster);
  const all = [units.input, ...units.units.map(({ output }) => output)];
  const drives = units.units.map((unit) => floats(layerRaster(unit)));
  const most = Math.max(...drives);
  const recurrent = units.units.map((unit) => recurrentWords(unit, T, train));
  return {
    counts: Math.ceil(T / 2) * sizeOf(units.input.extent),
    rasters: [
      words(units.input),
      ...units.units.map((unit) => isPooled(unit) ? words(unit.output) : 0),
    ],
    spikes: units.units.map(sent),
    joined: units.units.map((unit) => unit.residual ? words(unit.joined) : 0),
    packed: Math.max(...units.units.map((unit) => {
      const raster = rasterOf(units, unit.source);
      return planesOf(raster) * B * BINS_PER_WORD *
        Math.ceil(sizeOf(raster.extent) / BINS_PER_WORD);
    })),
    // Without training a drive is needed only until its neurons have read it.
    drives: train || keep ? drives : drives.map(() => most),
    routes: train
      ? Math.max(...units.units.map(({ layer }) => B * sizeOf(layer.output)))
      : 0,
    ghosts: units.units.map(({ ghost }) => ghost ? ghostFloats(ghost, T) : 0),
    gradient: train ? most : 0,
    rasterGradients: all.map((raster, index) =>
      train && index > 0 ? floats(raster) : 0
    ),
    secondGradients: all.map((raster, index) =>
      train && index > 0 && readersOf(units, index).length > 1
        ? floats(raster)
        : 0
    ),
    partial: train
      ? Math.max(
        ...units.units.flatMap(({ layer, ghost, axon }) => [
          axon?.delays ? sizeOf(layer.output) : 0,
          layer.kind.partialFloats?.(ghost?.first ?? layer) ?? 0,
          ghost ? ghostPartialFloats(ghost) : 0,
        ]),
      )
      : 0,
    driven: recurrent.map(({ driven }) => driven),
    states: recurrent.map(({ states }) => states),
    ahead: recurrent.map(({ ahead }) => ahead),
    arrived: units.units.map((unit) => unit.axon ? sent(unit) : 0),
    spikeGradient: train
      ? Math.max(
        ...units.units.map((unit, index) =>
          hasOwnGradient(unit) ? drives[index] : 0
        ),
      )
      : 0,
  };
}
