/**
 * Spikes that a stream holds back until their delays are over.
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

/** Bins that a stream may have: times of bins are 32 bits. */
export const ENDLESS = 2 ** 31;

/** Delays of a layer, and the spikes that they hold back. */
export interface DelayedSpikes {
  readonly delays: GPUBuffer;
  /** See axon_stream.wgsl. */
  readonly onTheWay: GPUBuffer;
}

/** A layer whose spikes may be delayed. */
interface DelayedLayer extends Pick<Layer, "name" | "output"> {
  readonly axon?: Axon;
}

/**
 * Counts the words of a ring that a bin's spike can be read from later.
 *
 * @param bins The bins after which it is read.
 * @returns The words.
 */
export function wordsFor(bins: number): number {
  return Math.ceil(bins / BINS_PER_WORD) + 1;
}

/**
 * Allocates what the axons of a layer remember.
 *
 * @param device The device.
 * @param layer The layer.
 * @param longest Longest delay of its axons in bins.
 * @returns The buffers; they hold nothing where spikes arrive at once.
 */
export function allocateDelays(
  device: Device,
  { name, output, axon }: DelayedLayer,
  longest: number,
): DelayedSpikes {
  const make = (label: string, words: number) =>
    device.createBuffer(`${name} ${label}`, inQuads(words));
  return {
    delays: make("delays", axon?.delays?.floats ?? 0),
    onTheWay: make(
      "spikes on the way",
      axon ? wordsFor(longest) * sizeOf(output) : 0,
    ),
  };
}

/**
 * Finds the longest delay of each layer's axons.
 *
 * @param model The network.
 * @param layers Its layers.
 * @returns For each layer, bins that no delay is longer than.
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
    // The device rounds a quotient just below a whole number up.
    return Math.ceil(longest / Ts) + 1;
  });
}

/**
 * Copies the delays that a network has learned, for those of its own may become
 * longer than a stream remembers.
 *
 * @param device The device.
 * @param delays Where each layer has them, and where the stream does.
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
 * @param axon The axons.
 * @param output Extent of the layer's output.
 * @param options Length of a bin in the unit of delays, and the longest delay in
 * bins.
 * @returns The launch.
 */
export function launchDelays(
  axon: Axon,
  output: Layer["output"],
  { Ts, longest }: { readonly Ts: number; readonly longest: number },
): Launch<typeof axonStream> {
  const F = sizeOf(output);
  return {
    kernel: axonStream,
    constants: {
      ...shiftConstants(axon, output, { T: ENDLESS, Ts }),
      F,
      frameBins: FRAME,
      ringWords: wordsFor(longest),
    },
    grid: [groupsFor(F, axonStream.workgroup), 1, 1],
  };
}
