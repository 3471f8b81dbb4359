/**
 * Sums over samples, which ranks exchange so that statistics are those of the
 * whole batch.
 *
 * @module
 */

import type { Device } from "../device/device.ts";
import { exchangePlaces } from "../distributed/exchange_places.ts";
import type { Shares } from "../distributed/shares.ts";
import { learnedSums } from "./launches/learned.ts";
import { layerRaster, stripsOf } from "./launches/strips.ts";
import { floatsOf, type Unit } from "./units/units.ts";

/** Sizes that determine the layout of a unit's sums. */
export interface SumsSetting {
  /** Bins of a sample. */
  readonly T: number;
  /** Most samples of a batch. */
  readonly batch: number;
  /** Whether the device computes on the CPU. */
  readonly software: boolean;
}

/** Bytes of two floats. */
const PAIR = 8;

/**
 * Layout of a unit's sums, in pairs: in one buffer those of the channels of each
 * sample, in another those of strips, then those of learned parameters.
 */
export interface SumsLayout {
  /** Strips of a sample. */
  readonly S: number;
  /** Sums per sample, or strip, for channels. */
  readonly channels: number;
  /** Index of the first pair of learned parameters. */
  readonly learnedFirst: number;
  /** Pairs per sample for learned parameters, 0 if there are none. */
  readonly learned: number;
}

/**
 * Determines the layout of a unit's sums.
 *
 * @param unit The unit.
 * @param setting Sizes of the plan.
 * @returns The layout.
 */
export function layOutSums(unit: Unit, setting: SumsSetting): SumsLayout {
  const strips = stripsOf(layerRaster(unit), setting);
  const { first, each } = learnedSums(strips, setting.batch);
  return {
    S: strips.S,
    channels: floatsOf(layerRaster(unit)),
    learnedFirst: first,
    learned: unit.neuron?.kind.learned ? each : 0,
  };
}

/**
 * Exchanges the sums of all samples of a batch among ranks.
 *
 * @param device The device.
 * @param shares The samples of each rank.
 * @param sums The buffers of a unit's sums, their layout, and the samples of the
 * batch.
 * @returns Resolves when the sums of all ranks are uploaded.
 * @throws {DeviceError} If the device was lost.
 * @throws {Error} If another rank has gone.
 */
export async function exchangeSums(
  device: Device,
  shares: Shares,
  { buffers, layout: { channels, learnedFirst, learned }, samples }: {
    readonly buffers: {
      readonly samples: GPUBuffer;
      readonly partials: GPUBuffer;
    };
    readonly layout: SumsLayout;
    readonly samples: number;
  },
): Promise<void> {
  await exchangePlaces(device, shares.ranks, (rank) => {
    const { first, end } = shares.samplesOf(samples, rank);
    const rows = (buffer: GPUBuffer, start: number, each: number) => ({
      buffer,
      offset: PAIR * (start + first * each),
      size: PAIR * (end - first) * each,
    });
    return [
      rows(buffers.samples, 0, channels),
      rows(buffers.partials, learnedFirst, learned),
    ];
  });
}
