/**
 * Sizes of the buffers of a plan that runs layer by layer.
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
  type Units,
} from "./units/units.ts";

/** Words that a sample takes in each buffer. */
export interface UnitSizes {
  /** Counts of events, two bins a word. */
  readonly counts: number;
  /** The input, then what each unit gives. */
  readonly rasters: readonly number[];
  /** Spikes of each unit's neurons. */
  readonly spikes: readonly number[];
  /** Spikes with those of the earlier unit, 0 where nothing is joined. */
  readonly joined: readonly number[];
  /** A raster that a synapse reads, neuron-packed. */
  readonly packed: number;
  /** Drives of each unit. */
  readonly drives: readonly number[];
  /** Which spikes of a unit get a gradient. */
  readonly routes: number;
  /** The first half of the maps of each ghost convolution, 0 for others. */
  readonly ghosts: readonly number[];
  /** Gradient of a drive. */
  readonly gradient: number;
  /** Gradient of each raster that has one, 0 of the others. */
  readonly rasterGradients: readonly number[];
  /** The same for rasters that two layers read. */
  readonly secondGradients: readonly number[];
  /** Partial sums of a weight gradient. */
  readonly partial: number;
  /** What each recurrent unit needs, 0 of the others. */
  readonly driven: readonly number[];
  readonly states: readonly number[];
  readonly ahead: readonly number[];
  /** Spikes of each unit as they arrive, 0 where they do at once. */
  readonly arrived: readonly number[];
  /** Gradient of the spikes of a unit that needs it by itself. */
  readonly spikeGradient: number;
}

/** A unit that reads a raster, by its synapse or to add it to its spikes. */
interface Reader {
  readonly unit: number;
  readonly adds: boolean;
}

/**
 * Finds who reads a raster.
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
 * Works out the words of a sample in each buffer.
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
    spikes: units.units.map(({ layer, joined }) =>
      B * sizeOf(layer.output) * (joined.signed ? planesOf(joined) : 1)
    ),
    joined: units.units.map((unit) => unit.residual ? words(unit.joined) : 0),
    packed: Math.max(...units.units.map((unit) => {
      const raster = rasterOf(units, unit.source);
      return planesOf(raster) * B * BINS_PER_WORD *
        Math.ceil(sizeOf(raster.extent) / BINS_PER_WORD);
    })),
    // Without training a drive is needed until its neurons have read it.
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
    arrived: units.units.map(({ layer, axon }) =>
      axon ? B * sizeOf(layer.output) : 0
    ),
    spikeGradient: train
      ? Math.max(
        ...units.units.map((unit, index) =>
          hasOwnGradient(unit) ? drives[index] : 0
        ),
      )
      : 0,
  };
}
