/**
 * Buffers through which the host reads a device, used again and again.
 *
 * @module
 */

import type { Device } from "./device.ts";

/**
 * The runtime whose `mapAsync()` returns once the buffer is mapped, while its
 * promise comes 10 ms later.
 */
const MAPS_IN_CALL = "Deno/2.9.6";

/** Fewest bytes of a buffer, and most of one that is kept. */
const [FEWEST, MOST] = [1 << 12, 1 << 24];

/** Buffers of each device that are not in use. */
const kept = new WeakMap<Device, StagingBuffer[]>();

/** A buffer for one read: commands copy to it, then the host reads it. */
export class StagingBuffer {
  /** The buffer. */
  readonly buffer: GPUBuffer;
  readonly #device: Device;
  /** Whether it was mapped before: that runtime ends where it was not. */
  #mapped = false;

  private constructor(device: Device, size: number) {
    this.#device = device;
    this.buffer = device.gpu.createBuffer({
      label: "staging",
      size,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
  }

  /**
   * Finds a buffer that was used before.
   *
   * @param device The device.
   * @param size Bytes that are to be read.
   * @returns The buffer, to be read once; `undefined` if none is large enough.
   */
  static find(device: Device, size: number): StagingBuffer | undefined {
    const buffers = kept.get(device) ?? [];
    const index = buffers.findIndex(({ buffer }) => buffer.size >= size);
    return index < 0 ? undefined : buffers.splice(index, 1)[0];
  }

  /**
   * Finds a buffer that was used before, or else makes one.
   *
   * @param device The device.
   * @param size Bytes that are to be read.
   * @returns The buffer, to be read once.
   */
  static take(device: Device, size: number): StagingBuffer {
    const power = 2 ** Math.ceil(Math.log2(Math.max(FEWEST, size)));
    return StagingBuffer.find(device, size) ??
      new StagingBuffer(device, power > MOST ? size : power);
  }

  /**
   * Reads the buffer from its start, and hands it back.
   *
   * @param size Bytes to read.
   * @returns The bytes, once all work submitted before is done.
   * @throws {DeviceError} If the device was lost.
   */
  async read(size: number): Promise<ArrayBuffer> {
    const mapped = this.buffer.mapAsync(GPUMapMode.READ, 0, size);
    const range = () => this.buffer.getMappedRange(0, size).slice(0);
    let bytes: ArrayBuffer | undefined;
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
        this.buffer.destroy();
        this.#device.check();
        throw cause;
      }
      bytes = range();
    }
    this.#mapped = true;
    this.#keep();
    return bytes;
  }

  #keep(): void {
    if (this.buffer.size > MOST) return this.buffer.destroy();
    this.buffer.unmap();
    const buffers = kept.get(this.#device);
    if (buffers) buffers.push(this);
    else kept.set(this.#device, [this]);
  }
}
