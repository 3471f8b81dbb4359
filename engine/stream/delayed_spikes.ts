/**
 * Axonal delays in a stream, which carry spikes until they arrive.
 *
 * @module
 */

import { BINS_PER_WORD } from "../../kernels/spec.ts";
import { axonStream } from "../../kernels/stream/axon_stream.ts";
import type { Device } from "../device/device.ts";
import { groupsFor, type Launch } from "../device/launch.ts";
import { shiftConstants } from "../layers/axon_launches.ts";
import { type Axon, delayStep } from "../layers/describe_axon.ts";
import type { Layer } from "../layers/layer.ts";
import type { Model } from "../model.ts";
import { inQuads } from "../network/layout.ts";
import { sizeOf } from "../network/network.ts";
import { FRAME } from "./stream_plan.ts";

/** Limit on the bins of a stream: times of bins have 32 bits. */
export const ENDLESS = 2 ** 31;

/** Delays of a layer, and spikes that have not arrived. */
export interface DelayedSpikes {
  readonly delays: GPUBuffer;
  /** See axon_stream.wgsl. */
  readonly onTheWay: GPUBuffer;
}

/** A layer whose spikes may be delayed. */
interface DelayedLayer extends Pick<Layer, "name" | "output"> {
  readonly axon?: Axon;
  /** Bit planes of what its neurons send. @default 1 */
  readonly planes?: number;
}

/**
 * Returns the length of a ring from which the spike of a bin can be read later.
 *
 * @param bins Number of bins after which it is read.
 * @returns The number of words.
 */
export function wordsFor(bins: number): number {
  return Math.ceil(bins / BINS_PER_WORD) + 1;
}

/**
 * Allocates the state of a layer's axons.
 *
 * @param device The device.
 * @param layer The layer.
 * @param longest Longest delay of its axons in bins.
 * @returns The buffers; empty where spikes are not delayed.
 */
export function allocateDelays(
  device: Device,
  { name, output, axon, planes = 1 }: DelayedLayer,
  longest: number,
): DelayedSpikes {
  const make = (label: string, words: number) =>
    device.createBuffer(`${name} ${label}`, inQuads(words));
  return {
    delays: make("delays", axon?.delays?.floats ?? 0),
    onTheWay: make(
      "spikes on the way",
      axon ? planes * wordsFor(longest) * sizeOf(output) : 0,
    ),
  };
}

/**
 * Determines the longest delay of each layer's axons.
 *
 * @param model The network.
 * @param layers Its layers.
 * @returns An upper bound of the delays of each layer, in bins.
 * @throws {DeviceError} If the device was lost.
 */
export async function longestDelays(
  model: Model,
  layers: readonly DelayedLayer[],
): Promise<number[]> {
  const Ts = delayStep(model.description);
  const learns = layers.some(({ axon }) => axon?.delays);
  const weights = learns ? await model.weights() : {};
  return layers.map(({ name, axon }) => {
    const longest = axon?.delays
      ? weights[`${name}.delay`].data.reduce((a, b) => Math.max(a, b), 0)
      : axon?.delay ?? 0;
    // The device rounds up a quotient just below a whole number.
    return Math.ceil(longest / Ts) + 1;
  });
}

/**
 * Copies the network's learned delays: training may make them longer than the
 * ring of the stream.
 *
 * @param device The device.
 * @param delays Places of each layer's delays in the network and in the stream.
 */
export function copyDelays(
  device: Device,
  delays: readonly {
    readonly from: GPUBufferBinding;
    readonly to: DelayedSpikes;
  }[],
): void {
  const encoder = device.gpu.createCommandEncoder();
  for (const { from: { buffer, offset, size }, to } of delays) {
    encoder.copyBufferToBuffer(buffer, offset ?? 0, to.delays, 0, size!);
  }
  device.gpu.queue.submit([encoder.finish()]);
}

/**
 * Launches the axons of a layer in a stream.
 *
 * @param layer The layer, which has axons.
 * @param options Length of a bin in the unit of delays, and the longest delay
 * in bins.
 * @returns The launch.
 */
export function launchDelays(
  { axon, output, planes: P = 1 }: DelayedLayer,
  { Ts, longest }: { readonly Ts: number; readonly longest: number },
): Launch<typeof axonStream> {
  const F = sizeOf(output);
  return {
    kernel: axonStream,
    constants: {
      ...shiftConstants(axon!, output, { T: ENDLESS, Ts }),
      F,
      P,
      frameBins: FRAME,
      ringWords: wordsFor(longest),
    },
    grid: [groupsFor(P * F, axonStream.workgroup), 1, 1],
  };
}
