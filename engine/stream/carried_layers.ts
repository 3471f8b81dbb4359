/**
 * State that layers carry from chunk to chunk of a stream.
 *
 * @module
 */

import { NEURONS } from "../../kernels/shared/neurons.ts";
import { ShapeError } from "../device/errors.ts";
import { type Layer, synapseOf } from "../layers/layer.ts";
import type { Model } from "../model.ts";
import { inQuads, layoutOf } from "../network/layout.ts";
import { sizeOf } from "../network/network.ts";
import type { NeuronSetting } from "../neurons/neuron_launches.ts";
import {
  allocateDelays,
  type DelayedSpikes,
  wordsFor,
} from "./delayed_spikes.ts";
import { FRAME } from "./stream_plan.ts";
import { structBytes } from "../device/struct_bytes.ts";

/** Buffers of the state that a layer carries from chunk to chunk. */
export interface Carried extends DelayedSpikes {
  readonly potentials: GPUBuffer;
  /** State of its neurons. */
  readonly state: GPUBuffer;
  /** Earlier drives and spikes that neurons read, see neuron_stream.wgsl. */
  readonly lastDrives: GPUBuffer;
  readonly lastSpikes: GPUBuffer;
  /** Earlier drives that a learned response filters, see filter_stream.wgsl. */
  readonly filtered: GPUBuffer;
}

/**
 * Allocates the state of a layer.
 *
 * @param model The network.
 * @param layer The layer.
 * @param options Its neurons, and the longest delay of its axons in bins.
 * @returns The buffers; those that the layer does not need are empty.
 * @throws {ShapeError} If the neurons' state has members that cannot be
 * carried.
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
    ...allocateDelays(device, { ...layer, axon }, longest),
  };
}

/**
 * Returns the sizes of the rings of earlier drives and spikes, by names in
 * neuron_stream.wgsl.
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
 * Returns the place of an array in the weights that evaluation uses.
 *
 * @param model The network.
 * @param name Name of the array, such as `conv1.delay`.
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
