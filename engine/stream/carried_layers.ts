/**
 * What the layers of a network remember from chunk to chunk of a stream.
 *
 * @module
 */

import { NEURONS } from "../../kernels/shared/neurons.ts";
import { BINS_PER_WORD } from "../../kernels/spec.ts";
import { ShapeError } from "../device/errors.ts";
import { type Layer, synapseOf } from "../layers/layer.ts";
import type { Model } from "../model.ts";
import { inQuads, layoutOf } from "../network/layout.ts";
import { sizeOf } from "../network/network.ts";
import type { NeuronSetting } from "../neurons/neuron_launches.ts";
import { FRAME } from "./stream_plan.ts";
import { structBytes } from "../device/struct_bytes.ts";

/** Buffers that carry a layer from chunk to chunk. */
export interface Carried {
  readonly potentials: GPUBuffer;
  /** Its neurons. */
  readonly state: GPUBuffer;
  /** Drives and spikes that neurons look back on, see neuron_stream.wgsl. */
  readonly lastDrives: GPUBuffer;
  readonly lastSpikes: GPUBuffer;
  /** Drives that a learned response filters, see filter_stream.wgsl. */
  readonly filtered: GPUBuffer;
  /** Its delays, and the spikes that they hold back, see axon_stream.wgsl. */
  readonly delays: GPUBuffer;
  readonly onTheWay: GPUBuffer;
}

/**
 * Allocates what a layer remembers.
 *
 * @param model The network.
 * @param layer The layer.
 * @param options Its neurons, and the longest delay of its axons in bins.
 * @returns The buffers; those of what it does not have hold nothing.
 * @throws {ShapeError} If the neurons' state has members that cannot be carried.
 */
export function allocateCarried(
  { device }: Model,
  layer: Layer,
  { neurons: { kind, constants }, longest }: {
    readonly neurons: NeuronSetting;
    readonly longest: number;
  },
): Carried {
  const { name, output, response, axon } = layer;
  const bytes = structBytes(NEURONS + kind.forward.code, "Neuron");
  if (bytes === undefined) {
    throw new ShapeError(
      `Cannot stream layer "${name}": the state of its neurons has other ` +
        "members than numbers and vectors",
    );
  }
  const F = sizeOf(output);
  const { floats } = layoutOf(layer);
  const { ringRows, ringWords } = ringsOf(constants);
  const make = (label: string, words: number) =>
    device.createBuffer(`${name} ${label}`, inQuads(words));
  return {
    potentials: make("potentials", FRAME * floats),
    state: make("state", F * bytes / 4),
    lastDrives: make("last drives", ringRows * floats),
    lastSpikes: make("last spikes", ringWords * F),
    filtered: make(
      "filtered drives",
      response ? response.K * layoutOf(synapseOf(layer)).floats : 0,
    ),
    delays: make("delays", axon?.delays?.floats ?? 0),
    onTheWay: make("spikes on the way", axon ? wordsFor(longest) * F : 0),
  };
}

/**
 * Works out what neurons look back on, by names in neuron_stream.wgsl.
 *
 * @param constants Constants of the neurons.
 * @returns Rows of drives, and words of spikes.
 */
export function ringsOf(
  { K = 0, R = 0 }: Readonly<Record<string, number>>,
): Readonly<Record<"ringRows" | "lag" | "ringWords", number>> {
  return { ringRows: K + 1, lag: R, ringWords: wordsFor(R) };
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
 * Finds the longest delay of each layer's axons.
 *
 * @param model The network.
 * @returns For each layer, bins that no delay is longer than.
 * @throws {DeviceError} If the device was lost.
 */
export async function longestDelays(model: Model): Promise<number[]> {
  const { layers, description: { Ts } } = model;
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
 * @param model The network.
 * @param carried The buffers of each layer.
 */
export function copyDelays(model: Model, carried: readonly Carried[]): void {
  const encoder = model.device.gpu.createCommandEncoder();
  model.layers.forEach(({ name, axon }, index) => {
    if (!axon?.delays) return;
    const { buffer, offset, size } = arrayOf(model, `${name}.delay`);
    const { delays } = carried[index];
    encoder.copyBufferToBuffer(buffer, offset, delays, 0, size);
  });
  model.device.gpu.queue.submit([encoder.finish()]);
}

/**
 * Finds an array of the weights that a network is evaluated with.
 *
 * @param model The network.
 * @param name Name of the array, `conv1.delay`.
 * @returns Its place.
 */
export function arrayOf(
  model: Model,
  name: string,
): Required<GPUBufferBinding> {
  const { slots, evaluated } = model.planContext;
  const { offset, length } = slots.find((slot) => slot.name === name)!;
  return { buffer: evaluated, offset: 4 * offset, size: 4 * length };
}
