/**
 * Spike counts of each neuron, added up on the device.
 *
 * @module
 */

import type { Device } from "../device/device.ts";
import type { Layer } from "../layers/layer.ts";
import { sizeOf } from "../network/network.ts";
import { readBytes } from "../device/readback.ts";

/** Spikes of each neuron since the counts were cleared. */
export class Activity {
  /** Spikes of each layer's neurons, [F]. */
  readonly fired: readonly GPUBuffer[];
  readonly #device: Device;
  readonly #neurons: readonly number[];

  /**
   * @param device The device.
   * @param layers The layers to count.
   */
  constructor(device: Device, layers: readonly Layer[]) {
    this.#device = device;
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
   * @returns Spikes of each neuron, layer by layer, once all work submitted
   * before is done.
   * @throws {DeviceError} If the device was lost.
   */
  async read(): Promise<Uint32Array[]> {
    const counts = await Promise.all(
      this.fired.map((buffer, index) =>
        readBytes(this.#device, buffer, 4 * this.#neurons[index])
      ),
    );
    return counts.map((bytes) => new Uint32Array(bytes));
  }

  /** Frees the buffers. */
  destroy(): void {
    for (const buffer of this.fired) buffer.destroy();
  }
}
