/**
 * Launches of the kernels of axons.
 *
 * @module
 */

import { axonAdjoint, axonForward } from "../../kernels/axons/axon.ts";
import {
  delayGradientSums,
  delayGradientTotal,
} from "../../kernels/axons/delay_gradient.ts";
import { BINS_PER_WORD } from "../../kernels/spec.ts";
import { groupsFor, type Launch, launch } from "../device/launch.ts";
import { layoutOf, QUAD } from "../network/layout.ts";
import { type Extent, sizeOf } from "../network/network.ts";
import { type Axon, countDelays } from "./describe_axon.ts";

/** Sizes and constants for the kernels of a layer's axons. */
export interface AxonSetting {
  /** Bins in a sample. */
  readonly T: number;
  /** Length of a bin in the unit of delays: ms, or 1 if delays are in bins. */
  readonly Ts: number;
  /** Height of a spike. */
  readonly height: number;
  /** Bit planes of what neurons send. */
  readonly P: number;
  /** Sign of the last plane. @default 1 */
  readonly lastSign?: number;
  /** Index of the layer. */
  readonly layer: number;
  /** Whether dropout silences neurons. */
  readonly drops: boolean;
  /** Index of the optimizer's update rule, for learned delays. */
  readonly rule: number;
  /** Constants with which the adjoint reads the gradient of the layer above. */
  readonly source: Readonly<Record<string, number>> & {
    readonly aboveRows: number;
  };
}

/** The launches of a layer's axons. */
export interface AxonLaunches {
  /** From the layer's spikes to the arriving spikes. */
  readonly forward: Launch;
  /** From the gradient of arriving spikes to that of the layer's spikes. */
  readonly adjoint: Launch;
  /** From the gradient of the layer's spikes to that of learned delays. */
  readonly gradient: readonly Launch[];
}

/**
 * Returns the factor by which dropout raises the remaining spikes.
 *
 * @param axon The axons, if there are any.
 * @param drops Whether dropout silences neurons.
 * @returns The factor of a spike's height.
 */
export function riseOf(axon: Axon | undefined, drops: boolean): number {
  return axon && drops ? 1 / (1 - axon.dropout) : 1;
}

/**
 * Whether axons change the spikes that pass.
 *
 * @param axon The axons, if there are any.
 * @param drops Whether dropout silences neurons.
 * @returns Whether they delay or drop spikes.
 */
export function changesSpikes(axon: Axon | undefined, drops: boolean): boolean {
  if (!axon) return false;
  return axon.delay > 0 || axon.delays !== undefined ||
    (drops && axon.dropout > 0);
}

/**
 * Returns the constants of axonal delays, see axon_shift.wgsl.
 *
 * @param axon The axons.
 * @param output Extent of the layer's output.
 * @param time Longest delay in bins, and the length of a bin in the unit of
 * delays.
 * @returns A value for each constant.
 */
export function shiftConstants(
  { delay, delays }: Axon,
  output: Extent,
  { T, Ts }: Pick<AxonSetting, "T" | "Ts">,
): Readonly<Record<string, number>> {
  return {
    T,
    C: output.C,
    Ts,
    learned: Number(delays !== undefined),
    perChannel: Number(!!delays && countDelays(delays, output).perChannel),
    // Tolerates quotients such as 0.3 / 0.1, just below a whole number.
    shift: Math.min(T, Math.floor(delay / Ts + 1e-9)),
  };
}

/**
 * Launches the axons of a layer.
 *
 * @param axon The axons.
 * @param layer Extent of the layer's output, and neurons per run.
 * @param setting Sizes and constants.
 * @returns The launches.
 */
export function launchAxon(
  axon: Axon,
  layer: { readonly output: Extent; readonly runSize: number },
  setting: AxonSetting,
): AxonLaunches {
  const { T, Ts, P, layer: index, drops, source } = setting;
  const { output, runSize } = layer;
  const F = sizeOf(output);
  const { delays } = axon;
  const constants = {
    ...shiftConstants(axon, output, { T, Ts }),
    F,
    threshold: drops ? Math.floor(axon.dropout * 2 ** 32) : 0,
    layer: index,
  };
  return {
    forward: launch({
      kernel: axonForward,
      constants: { ...constants, P },
      grid: [
        groupsFor(F, axonForward.workgroup),
        P * Math.ceil(T / BINS_PER_WORD),
        "samples",
      ],
    }),
    adjoint: launch({
      kernel: axonAdjoint,
      constants: {
        ...constants,
        runSize,
        scale: riseOf(axon, drops),
        W: output.W,
        ...source,
      },
      grid: [
        groupsFor(layoutOf(layer).floats, axonAdjoint.workgroup),
        Math.ceil(T / axonAdjoint.tile.ownedBins),
        "samples",
      ],
      loops: axonAdjoint.tile.ownedBins + 1,
    }),
    gradient: delays
      ? launchDelays(delays, countDelays(delays, output).D, {
        ...setting,
        F,
        runSize,
      })
      : [],
  };
}

function launchDelays(
  { bounds }: NonNullable<Axon["delays"]>,
  D: number,
  { T, P, lastSign, height, rule, F, runSize }: AxonSetting & {
    readonly F: number;
    readonly runSize: number;
  },
): Launch[] {
  const { rate, least, most } = bounds!;
  const lanes = delayGradientTotal.workgroup;
  // Pixels per lane, and the tree reduction over lanes.
  const loops = Math.ceil(F / D / lanes) + 2 + Math.log2(lanes);
  return [
    launch({
      kernel: delayGradientSums,
      // The gradient of the spikes already includes the effect of dropout.
      constants: { T, F, runSize, height, P, lastSign },
      grid: [groupsFor(F, delayGradientSums.workgroup), 1, "samples"],
      loops: P * (T + 2 * Math.ceil(T / BINS_PER_WORD)) + 1,
    }),
    launch({
      kernel: delayGradientTotal,
      constants: { F, D, rule, changeRate: rate, least, most },
      grid: [groupsFor(D, QUAD), 1, 1],
      loops: loops + 2,
      loopsPerSample: loops + 2,
    }),
  ];
}
