/**
 * Spike counts of each neuron, accumulated on the device.
 *
 * @module
 */

import type { Device } from "../../device/device.ts";
import type { Ranks } from "../../distributed/ranks.ts";
import { countSpikes } from "../../../kernels/output/count_spikes.ts";
import { groupsFor, type Launch, launch } from "../../device/launch.ts";
import { readBytes } from "../../device/readback.ts";
import { type Extent, sizeOf } from "../../network/network.ts";

/** Neurons whose spikes are counted. */
export interface Counted {
  /** Name of their layer. */
  readonly name: string;
  /** Their channels, rows and columns. */
  readonly output: Extent;
}

/** Spike count of each neuron since the counts were cleared. */
export class Activity {
  /** Spike counts of each layer's neurons, [F]. */
  readonly fired: readonly GPUBuffer[];
  readonly #device: Device;
  readonly #neurons: readonly number[];
  readonly #ranks: Ranks;

  /**
   * @param device The device.
   * @param layers The layers to count.
   * @param ranks The ranks whose counts are summed.
   */
  constructor(device: Device, layers: readonly Counted[], ranks: Ranks) {
    this.#device = device;
    this.#ranks = ranks;
    this.#neurons = layers.map(({ output }) => sizeOf(output));
    this.fired = layers.map(({ name }, index) =>
      device.createBuffer(`${name} activity`, this.#neurons[index])
    );
  }

  /** Sets all counts to 0. */
  clear(): void {
    const encoder = this.#device.gpu.createCommandEncoder();
    for (const buffer of this.fired) encoder.clearBuffer(buffer);
    this.#device.gpu.queue.submit([encoder.finish()]);
  }

  /**
   * Reads the counts.
   *
   * @returns Spike count of each neuron, summed over all ranks, layer by layer,
   * once all previously submitted work is done.
   * @throws {DeviceError} If the device was lost.
   */
  async read(): Promise<Uint32Array[]> {
    const counts = this.fired.map(async (buffer, index) =>
      new Uint32Array(
        await readBytes(this.#device, buffer, 4 * this.#neurons[index]),
      )
    );
    return await Promise.all(counts.map((own) => this.#ranks.sum(own)));
  }

  /** Frees the buffers. */
  destroy(): void {
    for (const buffer of this.fired) buffer.destroy();
  }
}

/**
 * Launches the count of a layer's incoming spikes; it binds `spikes` and
 * `counts`.
 *
 * @param input The layer's input.
 * @param sizes Words per neuron, and bit planes.
 * @returns The launch.
 */
export function launchCount(
  input: Extent,
  { B, P }: { readonly B: number; readonly P: number },
): Launch {
  const F = sizeOf(input);
  return launch({
    kernel: countSpikes,
    constants: { B, F, P },
    grid: [groupsFor(F, countSpikes.workgroup), 1, "samples"],
    loops: (B + 1) * (P + 2),
  });
}
