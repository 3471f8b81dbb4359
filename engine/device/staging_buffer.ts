/**
 * A buffer through which the host reads others again and again.
 *
 * @module
 */

import type { Device } from "./device.ts";

/** A range of a buffer, in bytes. */
export interface Place {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

/**
 * The runtime whose `mapAsync()` returns once the buffer is mapped, while its
 * promise comes 10 ms later.
 */
const MAPS_IN_CALL = "Deno/2.9.6";

/** Reads buffers of a device. */
export class StagingBuffer {
  /** The device. */
  readonly device: Device;
  #buffer: GPUBuffer | undefined;
  /** Whether the buffer was mapped before: that runtime ends where it was not. */
  #mapped = false;

  /** @param device The device. */
  constructor(device: Device) {
    this.device = device;
  }

  /**
   * Reads ranges of buffers, after the read before has ended.
   *
   * @param places The ranges.
   * @returns Their bytes, one after the other, once all work submitted before
   * is done.
   * @throws {DeviceError} If the device was lost or has not enough memory.
   */
  async read(places: readonly Place[]): Promise<Uint8Array<ArrayBuffer>> {
    const total = places.reduce((sum, { size }) => sum + size, 0);
    if (total === 0) return new Uint8Array();
    // Without a turn of the loop in between, in which more may be submitted.
    const buffer = this.#buffer !== undefined && this.#buffer.size >= total
      ? this.#buffer
      : await this.#replace(total);
    const { gpu } = this.device;
    const encoder = gpu.createCommandEncoder();
    let at = 0;
    for (const { buffer: source, offset, size } of places) {
      encoder.copyBufferToBuffer(source, offset, buffer, at, size);
      at += size;
    }
    gpu.queue.submit([encoder.finish()]);
    const mapped = buffer.mapAsync(GPUMapMode.READ, 0, total);
    const range = () =>
      new Uint8Array(buffer.getMappedRange(0, total).slice(0));
    let bytes: Uint8Array<ArrayBuffer> | undefined;
    if (this.#mapped && navigator.userAgent === MAPS_IN_CALL) {
      mapped.catch(() => {});
      try {
        bytes = range();
      } catch {
        // Not mapped: the promise says why.
      }
    }
    if (bytes === undefined) {
      try {
        await mapped;
      } catch (cause) {
        this.device.check();
        throw cause;
      }
      bytes = range();
    }
    this.#mapped = true;
    buffer.unmap();
    return bytes;
  }

  async #replace(size: number): Promise<GPUBuffer> {
    this.#buffer?.destroy();
    this.#mapped = false;
    this.#buffer = await this.device.allocate(() =>
      this.device.gpu.createBuffer({
        label: "staging",
        size,
        usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      })
    );
    return this.#buffer;
  }
}
