/**
 * Pool of staging buffers through which the host reads device memory.
 *
 * @module
 */

import type { Device } from "./device.ts";

/**
 * User agent of the runtime in which `mapAsync()` maps the buffer before it
 * returns, although its promise resolves 10 ms later.
 */
const MAPS_IN_CALL = "Deno/2.9.6";

/** Smallest buffer, and largest buffer that is kept for reuse, in bytes. */
const [FEWEST, MOST] = [1 << 12, 1 << 24];

/** Unused buffers of each device. */
const kept = new WeakMap<Device, StagingBuffer[]>();

/** A buffer for one read: commands copy to it, then the host reads it. */
export class StagingBuffer {
  /** The buffer. */
  readonly buffer: GPUBuffer;
  readonly #device: Device;
  /**
   * Whether the buffer was mapped before; without that, reading before the
   * promise resolves crashes the runtime.
   */
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
   * Takes a buffer from the pool.
   *
   * @param device The device.
   * @param size Number of bytes to read.
   * @returns The buffer, to be read once; `undefined` if none is large enough.
   */
  static find(device: Device, size: number): StagingBuffer | undefined {
    const buffers = kept.get(device) ?? [];
    const index = buffers.findIndex(({ buffer }) => buffer.size >= size);
    return index < 0 ? undefined : buffers.splice(index, 1)[0];
  }

  /**
   * Takes a buffer from the pool, or creates one.
   *
   * @param device The device.
   * @param size Number of bytes to read.
   * @returns The buffer, to be read once.
   */
  static take(device: Device, size: number): StagingBuffer {
    const power = 2 ** Math.ceil(Math.log2(Math.max(FEWEST, size)));
    return StagingBuffer.find(device, size) ??
      new StagingBuffer(device, power > MOST ? size : power);
  }

  /**
   * Reads the buffer from its start, and returns it to the pool.
   *
   * @param size Bytes to read.
   * @returns The bytes, once all previously submitted work is done.
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
        // Not mapped yet, or failed: awaiting the promise below decides.
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
